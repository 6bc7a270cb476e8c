#include "core/tasks/write_atomic.h"

#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "core/atomic_file.h"
#include "core/task.h"
#include "core/tasks/records.h"
#include "core/unique_fd.h"
#include "platform/file_system.h"

namespace uvfiles {

namespace {

// So that a slice is noticed between two writes.
constexpr size_t kPiece = 1024 * 1024;

// A shortage of descriptors is not an error: the step ends, and the task begins anew later.
Step AfterBegin(int code, TaskError* error) {
  if (!IsDescriptorShortage(code)) return Step::kDone;
  *error = TaskError();
  return Step::kReady;
}

// If only syncing the directory failed, the replacement has succeeded. The output then reports that error.
void Report(const AtomicFile& file, TaskError* error, std::string* output) {
  if (!file.committed()) return;
  AppendInteger(output, static_cast<int32_t>(error->code));
  *output += error->path;
  *error = TaskError();
}

class AtomicTask : public Task {
 protected:
  // Takes the first string.
  explicit AtomicTask(TaskArguments& arguments)
      : path_(std::move(arguments.bytes[0])),
        flags_(arguments.numbers[0]),
        permissions_(arguments.numbers[1]) {}

  int Begin() { return file_->Begin(path_, flags_, permissions_, &error); }
  // Discards the new file.
  Step Fail(int code, const char* syscall) {
    file_->Discard();
    error = {code, syscall, path_, ""};
    return Step::kDone;
  }

  const std::string path_;
  const int64_t flags_;
  const int64_t permissions_;
  const std::unique_ptr<AtomicFile> file_ = MakeAtomicFile();
};

class WriteAtomic final : public AtomicTask {
 public:
  explicit WriteAtomic(TaskArguments&& arguments)
      : AtomicTask(arguments), data_(std::move(arguments.bytes[1])) {}

  Step Run(const Slice& slice) override {
    int64_t code = 0;
    if (cancelled()) {
      code = UV_ECANCELED;
    } else if (file_->fd() < 0) {
      const int begun = Begin();
      if (begun < 0) return AfterBegin(begun, &error);
    }
    while (code >= 0 && written_ < data_.size()) {
      const size_t size = std::min(kPiece, data_.size() - written_);
      code = platform::Write(file_->fd(), data_.data() + written_, size);
      // A full disk may accept nothing before it reports ENOSPC. A short write never counts as
      // success.
      if (code == 0) code = UV_ENOSPC;
      if (code > 0) written_ += static_cast<size_t>(code);
      if (code > 0 && cancelled()) code = UV_ECANCELED;
      if (code > 0 && written_ < data_.size() && slice.Expired()) return Step::kAgain;
    }
    if (code < 0) return Fail(static_cast<int>(code), "write");
    const int published = file_->Publish(*this, &error);
    if (published < 0 && !file_->committed() && IsDescriptorShortage(published))
      written_ = 0;  // anew
    Report(*file_, &error, &output);
    return file_->committed() ? Step::kDone : AfterBegin(published, &error);
  }

 private:
  const std::string data_;
  size_t written_ = 0;
};

class OpenAtomic final : public AtomicTask {
 public:
  explicit OpenAtomic(TaskArguments&& arguments) : AtomicTask(arguments) {}

  Step Run(const Slice&) override {
    if (cancelled()) return Fail(UV_ECANCELED, "open");
    if (!begun_) {
      const int begun = Begin();
      if (begun < 0) return AfterBegin(begun, &error);
      const int opened = file_->OpenToOthers(&output);
      if (opened < 0) return Fail(opened, "open");
      begun_ = true;
      return Step::kReady;
    }
    file_->Publish(*this, &error);
    Report(*file_, &error, &output);
    return Step::kDone;
  }

 private:
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Task> MakeWriteAtomic(TaskArguments&& arguments) {
  return std::make_unique<WriteAtomic>(std::move(arguments));
}

std::unique_ptr<Task> MakeOpenAtomic(TaskArguments&& arguments) {
  return std::make_unique<OpenAtomic>(std::move(arguments));
}

}  // namespace uvfiles
