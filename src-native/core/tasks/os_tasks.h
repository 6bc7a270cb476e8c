// The tasks behind lib/os, lib/path and lib/whole-file whose classes depend on the platform. core/tasks/registry.cc makes the
// others.
//
// An empty batch that is ready means that the process is out of descriptors. Nothing is lost: run the task again when one has
// been closed.
#pragma once

#include <memory>

#include "core/tasks/registry.h"

namespace uvfiles {

// Null for a kind that this platform does not have.
std::unique_ptr<Task> MakeOsTask(TaskKind kind, TaskArguments&& arguments);

}  // namespace uvfiles
