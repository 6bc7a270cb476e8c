// Tasks that write a file's new content and then replace the old file, at once or as a stream.
//
// kWriteAtomic. Arguments: bytes: path, data. numbers: AtomicFlags, permissions.
// Output: nothing; or, where the new content is in place and only syncing its directory failed, int32 code and the
//   directory's path.
// Error or cancelled: the old file is as it was, nothing else is there. Ready and empty: out of descriptors.
//
// kOpenAtomic: the same for data that arrives in parts: the first step creates the file, the second one publishes it.
// Arguments: bytes: path. numbers: AtomicFlags, permissions.
// Output of the first step: the path by which to open the new file. It is not a descriptor, because nothing would close a
// descriptor that is not delivered (if a worker is terminated meanwhile). Of the second step: as above.
// If the task is dropped between the two, the new file is removed.
#pragma once

#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum AtomicFlags : int64_t {
  kDurable = 1,           // syncs the file before, and its directory after, the rename
  kPermissionsGiven = 2,  // the permissions that are passed apply even if an old file has others
  kAtomicExclusive = 4,   // EEXIST where there is an old file
  kInPlaceIfBusy = 8,     // overwrites an old file that is a mount point, which nothing can replace
};

std::unique_ptr<Task> MakeWriteAtomic(TaskArguments&& arguments);
std::unique_ptr<Task> MakeOpenAtomic(TaskArguments&& arguments);

}  // namespace uvfiles
