#include "core/tasks/temp_discard.h"

#include <uv.h>

#include <utility>

#include "core/remove_now.h"

namespace uvfiles {

TempDiscard::TempDiscard(TaskArguments&& arguments)
    : path_(std::move(arguments.bytes[0])),
      id_(static_cast<TempRegistry::Id>(arguments.numbers[0])) {}

Step TempDiscard::Run(const Slice&) {
  const int failure = RemoveFileNow(path_);
  // What could not be removed stays registered: the end of the process tries again.
  if (failure != 0 && failure != UV_ENOENT)
    error = {failure, "unlink", path_, ""};
  else if (id_ != 0)
    TempRegistry::Shared().Forget(id_);
  return Step::kDone;
}

}  // namespace uvfiles
