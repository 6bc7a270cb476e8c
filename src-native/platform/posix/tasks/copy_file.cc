#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "core/task.h"
#include "core/tasks/copies.h"
#include "platform/directories.h"
#include "platform/posix/copy_entry.h"

namespace uvfiles {

namespace {

class CopyFile final : public Task {
 public:
  explicit CopyFile(TaskArguments&& arguments)
      : from_(std::move(arguments.bytes[0])),
        given_to_(std::move(arguments.bytes[1])),
        options_(CopyOptionsOf(arguments.numbers[0])) {}

  bool Concludes() const override { return true; }
  Step Run(const Slice& slice) override {
    if (to_.empty()) {
      if (cancelled()) return Conclude(-ECANCELED);
      to_ = platform::TargetInto(from_, given_to_);
      const int code = entry_.Begin(AT_FDCWD, from_.c_str(), AT_FDCWD, to_.c_str(), options_);
      if (IsDescriptorShortage(code)) {
        to_.clear();
        return Step::kReady;
      }
      if (code != 0) return Conclude(code);
    }
    if (entry_.Run(slice, *this) == Step::kAgain) return Step::kAgain;
    return Conclude(entry_.code());
  }

 private:
  Step Conclude(int code) {
    if (code < 0) {
      error = {code, "copyfile", from_, to_};
    } else {
      output = to_;
    }
    return Step::kDone;
  }

  const std::string from_;
  const std::string given_to_;
  const CopyOptions options_;
  std::string to_;  // empty until begun
  CopyEntry entry_;
};

}  // namespace

std::unique_ptr<Task> MakeCopyFile(TaskArguments&& arguments) {
  return std::make_unique<CopyFile>(std::move(arguments));
}

}  // namespace uvfiles
