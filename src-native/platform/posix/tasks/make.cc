#include "core/tasks/copies.h"
#include "core/tasks/registry.h"
#include "platform/posix/tasks/beneath.h"

namespace uvfiles {

std::unique_ptr<Task> MakeOsTask(TaskKind kind, TaskArguments&& arguments) {
  switch (kind) {
    case TaskKind::kCopyFile:
      return MakeCopyFile(std::move(arguments));
    case TaskKind::kCopyTree:
      return MakeCopyTree(std::move(arguments));
    case TaskKind::kCopyFolder:
      return MakeCopyFolder(std::move(arguments));
    case TaskKind::kCopyFiles:
      return MakeCopyFiles(std::move(arguments));
    case TaskKind::kSendFile:
      return MakeSendFile(std::move(arguments));
    case TaskKind::kBeneath:
      return MakeBeneath(std::move(arguments));
    default:
      return nullptr;
  }
}

}  // namespace uvfiles
