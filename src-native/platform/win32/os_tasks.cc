// The tasks behind lib/os, lib/path and lib/whole-file, on Windows.
#include "core/tasks/os_tasks.h"

#include "platform/win32/tasks/content.h"
#include "platform/win32/tasks/transfers.h"

namespace uvfiles {

std::unique_ptr<Task> MakeOsTask(TaskKind kind, TaskArguments&& arguments) {
  switch (kind) {
    case TaskKind::kCopyFile:
      return Make<CopyOneFile>(std::move(arguments));
    case TaskKind::kMove:
      return Make<Move>(std::move(arguments));
    case TaskKind::kCopyTree:
      return Make<CopyTree>(std::move(arguments));
    case TaskKind::kSendFile:
      return Make<SendFile>(std::move(arguments));
    default:
      return nullptr;
  }
}

}  // namespace uvfiles
