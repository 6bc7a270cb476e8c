#include "core/tasks/temp_finish.h"

#include <uv.h>

#include <utility>

#include "core/make_temp.h"
#include "core/remove_now.h"

namespace uvfiles {

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
  const int written = WriteAll(fd_.Get(), data_, at_);
  if (written != 0) Fail(written, "write");
  const int closed = CloseDescriptor(fd_.Release());
  if (closed != 0) Fail(closed, "close");
  const int removed = RemoveFileNow(path_);
  if (removed != 0 && removed != UV_ENOENT)
    Fail(removed, "unlink");
  else if (id_ != 0)
    TempRegistry::Shared().Forget(id_);
  return Step::kDone;
}

void TempFinish::Fail(int code, const char* syscall) {
  if (!error) error = {code, syscall, path_, ""};
}

}  // namespace uvfiles
