// The tasks behind lib/os, lib/path and lib/whole-file, on Windows.
#include "core/tasks/os_tasks.h"

#include "platform/win32/tasks/content.h"
#include "platform/win32/tasks/directories.h"
#include "platform/win32/tasks/file_lock.h"
#include "platform/win32/tasks/path_call.h"
#include "platform/win32/tasks/transfers.h"
#include "platform/win32/tasks/walk_tree.h"

namespace uvfiles {

std::unique_ptr<Task> MakeOsTask(TaskKind kind, TaskArguments&& arguments) {
  switch (kind) {
    case TaskKind::kPathCall:
      return Make<PathCall>(std::move(arguments));
    case TaskKind::kScanDirectory:
      return Make<ScanDirectory>(std::move(arguments));
    case TaskKind::kWalkTree:
      return Make<WalkTree>(std::move(arguments));
    case TaskKind::kCopyFile:
      return Make<CopyOneFile>(std::move(arguments));
    case TaskKind::kMove:
      return Make<Move>(std::move(arguments));
    case TaskKind::kCopyTree:
      return Make<CopyTree>(std::move(arguments));
    case TaskKind::kSendFile:
      return Make<SendFile>(std::move(arguments));
    case TaskKind::kFileLock:
      return Make<FileLockTask>(std::move(arguments));
    default:
      return nullptr;
  }
}

}  // namespace uvfiles
