#include "core/tasks/temp_finish.h"

#include <uv.h>

#include <utility>

#include "core/temp_calls.h"
#include "core/write_all.h"

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
