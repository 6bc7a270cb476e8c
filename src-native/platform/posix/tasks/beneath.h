// The task of core/tasks/beneath.h.
#pragma once

#include <memory>

#include "core/task.h"
#include "platform/posix/open_beneath.h"

namespace uvfiles {

// `stepwise`: as where there is no openat2, for tests.
std::unique_ptr<Task> MakeBeneath(TaskArguments&& arguments, bool stepwise = LacksOpenat2());

}  // namespace uvfiles
