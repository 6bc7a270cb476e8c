#include "core/tasks/os_tasks.h"
#include "platform/posix/tasks/beneath.h"
#include "platform/posix/tasks/copy_file.h"
#include "platform/posix/tasks/copy_folder.h"
#include "platform/posix/tasks/copy_tree.h"
#include "platform/posix/tasks/file_lock.h"
#include "platform/posix/tasks/move.h"
#include "platform/posix/tasks/path_call.h"
#include "platform/posix/tasks/scan_directory.h"
#include "platform/posix/tasks/send_file.h"
#include "platform/posix/tasks/walk_tree.h"

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
      return Make<CopyFile>(std::move(arguments));
    case TaskKind::kCopyTree:
      return Make<CopyTree>(std::move(arguments));
    case TaskKind::kCopyFolder:
      return Make<CopyFolder>(std::move(arguments));
    case TaskKind::kCopyFiles:
      return Make<CopyFiles>(std::move(arguments));
    case TaskKind::kMove:
      return Make<Move>(std::move(arguments));
    case TaskKind::kSendFile:
      return Make<SendFile>(std::move(arguments));
    case TaskKind::kBeneath:
      return Make<BeneathTask>(std::move(arguments));
    case TaskKind::kFileLock:
      return Make<FileLockTask>(std::move(arguments));
    default:
      return nullptr;
  }
}

}  // namespace uvfiles
