#include "core/tasks/registry.h"

#include "core/tasks/os_tasks.h"
#include "core/tasks/remove_tree.h"
#include "core/tasks/temp_directory.h"
#include "core/tasks/temp_discard.h"
#include "core/tasks/temp_file.h"
#include "core/tasks/temp_finish.h"
#include "core/tasks/temp_probe.h"

namespace uvfiles {

std::unique_ptr<Task> MakeTask(TaskKind kind, TaskArguments&& arguments) {
  switch (kind) {
    // 1-49: temporary files and directories
    case TaskKind::kRemoveTree:
      return Make<RemoveTree>(std::move(arguments));
    case TaskKind::kRemoveTreeHand:
      return MakeRemoveTreeHand(std::move(arguments));
    case TaskKind::kTempFile:
      return Make<TempFile>(std::move(arguments));
    case TaskKind::kTempDirectory:
      return Make<TempDirectory>(std::move(arguments));
    case TaskKind::kTempDiscard:
      return Make<TempDiscard>(std::move(arguments));
    case TaskKind::kTempProbe:
      return Make<TempProbe>(std::move(arguments));
    case TaskKind::kTempFinish:
      return Make<TempFinish>(std::move(arguments));

    // 50-199: os and whole files
    default:
      return MakeOsTask(kind, std::move(arguments));
  }
}

}  // namespace uvfiles
