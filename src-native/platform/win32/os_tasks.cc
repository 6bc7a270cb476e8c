// The tasks of lib/os are POSIX's for now: an unknown kind here.
#include "core/tasks/os_tasks.h"

namespace uvfiles {

std::unique_ptr<Task> MakeOsTask(TaskKind, TaskArguments&&) { return nullptr; }

}  // namespace uvfiles
