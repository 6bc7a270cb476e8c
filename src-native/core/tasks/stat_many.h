// kStatMany stats a list of paths in one go.
//
// Arguments: bytes: the paths as one list with NUL between them. numbers: StatManyFlags.
// Output: for each path 19 numbers: a code (0: fine, else negative and the rest 0), then StatRecord's fields; doubles,
//   or int64 with kExact.
// Error: only cancellation; a path that fails fails alone.
#pragma once

#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum StatManyFlags : int64_t { kLinksThemselves = 1, kExact = 2 };

std::unique_ptr<Task> MakeStatMany(TaskArguments&& arguments);

}  // namespace uvfiles
