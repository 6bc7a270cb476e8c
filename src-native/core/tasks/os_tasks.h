// The tasks behind lib/os, lib/path and lib/whole-file, by kind. Which classes stand behind them is the platform's, but for those that core/tasks/registry.cc makes.
//
// A batch that is ready and empty means: the process is out of descriptors, nothing is lost, run the task again when
// one has been closed.
#pragma once

#include <memory>

#include "core/tasks/registry.h"

namespace uvfiles {

// Null for a kind that this platform does not have.
std::unique_ptr<Task> MakeOsTask(TaskKind kind, TaskArguments&& arguments);

}  // namespace uvfiles
