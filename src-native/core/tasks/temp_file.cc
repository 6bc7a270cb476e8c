#include "core/tasks/temp_file.h"

#include <uv.h>

#include <utility>

#include "core/tasks/records.h"
#include "core/temp_calls.h"
#include "core/write_all.h"
#include "platform/directories.h"
#include "platform/file_system.h"

namespace uvfiles {

namespace {

// A file that could not be removed stays registered: the end of the process tries again.
int Discard(const std::string& path, TempRegistry::Id id) {
  const int code = RemoveFileNow(path);
  if (code != 0 && code != UV_ENOENT) return code;
  if (id != 0) TempRegistry::Shared().Forget(id);
  return 0;
}

}  // namespace

TempEntry::TempEntry(TaskArguments&& arguments, Kind kind, NameSource source)
    : kind_(kind),
      parts_({std::move(arguments.bytes[0]), std::move(arguments.bytes[1]),
              std::move(arguments.bytes[2])}),
      flags_(arguments.numbers[0]),
      owner_(static_cast<TempRegistry::Owner>(arguments.numbers[1])),
      source_(source) {}

TempEntry::~TempEntry() {
  // Delivery takes the descriptor of a file, and the output of a directory.
  const bool undelivered = IsDirectory() ? !output.empty() : opened >= 0;
  if (undelivered) Undo();
}

Step TempEntry::Run(const Slice&) {
  const char* const syscall = IsDirectory() ? "mkdir" : "open";
  if (cancelled()) {
    error = {UV_ECANCELED, syscall, parts_.dir, ""};
    return Step::kDone;
  }
  const int failure = Create();
  if (failure != 0) {
    Undo();
    error = {failure, syscall, std::move(path_), ""};
    return Step::kDone;
  }
  AppendInteger(&output, id_);
  if (named_) output += path_;
  return Step::kDone;
}

int TempEntry::Create() {
  const bool anonymous = !IsDirectory() && (flags_ & kAnonymous) != 0;
  const bool appending = (flags_ & kAppending) != 0;
  TempRegistry::Creation creation(owner_);
  if (!creation.allowed()) {
    path_ = parts_.dir;
    return UV_ECANCELED;
  }
  if (anonymous) {
    opened = MakeNamelessFile(parts_.dir.empty() ? "." : parts_.dir, appending);
    if (opened >= 0) return 0;
  }
  int result = UV_EEXIST;
  for (int i = 0; i < kMaxNames && result == UV_EEXIST; ++i) {
    const int failure = BuildTempPath(parts_, source_, &path_);
    if (failure != 0) return failure;
    result = IsDirectory() ? MakePrivateDirectory(path_) : MakeFile(path_, appending);
  }
  if (result < 0) return result;
  if (!IsDirectory()) opened = result;
  named_ = true;
  if (anonymous) {
    const int failure = RemoveFileNow(path_);
    if (failure != 0 && failure != UV_ENOENT) return failure;
    named_ = false;
  } else if ((flags_ & kRegistered) != 0) {
    id_ = creation.Register(path_, kind_);
    if (id_ == 0) return UV_ECANCELED;
  }
  return 0;
}

// A directory that is removed again is empty, because its path is not known to anybody yet.
void TempEntry::Undo() {
  if (named_ && IsDirectory()) platform::RemoveEmptyDirectory(path_);
  if (named_ && !IsDirectory()) RemoveFileNow(path_);
  if (opened >= 0) platform::CloseFile(opened);
  if (id_ != 0) TempRegistry::Shared().Forget(id_);
  named_ = false;
  opened = -1;
  id_ = 0;
}

void DiscardTemp(const TaskArguments& arguments, Task* task) {
  const std::string& path = arguments.bytes[0];
  const int code = Discard(path, static_cast<TempRegistry::Id>(arguments.numbers[0]));
  if (code != 0) task->error = {code, "unlink", path, ""};
}

TempFinish::TempFinish(TaskArguments&& arguments)
    : path_(std::move(arguments.bytes[0])),
      data_(std::move(arguments.bytes[1])),
      fd_(static_cast<int>(arguments.numbers[0])),
      id_(static_cast<TempRegistry::Id>(arguments.numbers[1])),
      at_(arguments.numbers[2]) {}

TempFinish::~TempFinish() {
  if (fd_) Run(Slice());
}

Step TempFinish::Run(const Slice&) {
  const int written = WriteAll(fd_.Get(), data_.data(), data_.size(), at_);
  if (written != 0) Fail(written, "write");
  const int closed = platform::CloseFile(fd_.Release());
  if (closed != 0) Fail(closed, "close");
  const int removed = Discard(path_, id_);
  if (removed != 0) Fail(removed, "unlink");
  return Step::kDone;
}

void TempFinish::Fail(int code, const char* syscall) {
  if (!error) error = {code, syscall, path_, ""};
}

}  // namespace uvfiles
