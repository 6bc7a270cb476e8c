// The task of core/tasks/beneath.h, for tests.
#pragma once

#include <memory>

#include "core/task.h"

namespace uvfiles {

// `stepwise`: as where there is no openat2.
std::unique_ptr<Task> MakeBeneath(TaskArguments&& arguments, bool stepwise);

}  // namespace uvfiles
