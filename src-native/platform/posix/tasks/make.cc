#include "core/tasks/os_tasks.h"
#include "platform/posix/tasks/beneath.h"
#include "platform/posix/tasks/copy_file.h"
#include "platform/posix/tasks/copy_folder.h"
#include "platform/posix/tasks/copy_tree.h"
#include "platform/posix/tasks/move.h"
#include "platform/posix/tasks/send_file.h"

namespace uvfiles {

std::unique_ptr<Task> MakeOsTask(TaskKind kind, TaskArguments&& arguments) {
  switch (kind) {
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
    default:
      return nullptr;
  }
}

}  // namespace uvfiles
