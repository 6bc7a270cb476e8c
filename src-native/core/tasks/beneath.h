// kBeneath: one operation on a name beneath a root directory, and never outside it, whatever the
// path and links contain.
//
// openat2(RESOLVE_BENEATH), or a lookup of each component without following it, resolves the path
// down to the directory of its last name. The operation then acts on that name in that open
// directory, and follows nothing. So programs that replace directories with links meanwhile cannot
// redirect it. Paths are relative to the root, and the texts of links to their directories. An
// absolute path is an escape, even if it leads back.
//
// Arguments: bytes: the root's path, then the paths of the call. numbers: PathCallName, then the call's own, as in
//   core/tasks/path_call.h.
// Output: as there. Differences: kOpen of a directory needs O_DIRECTORY; kAccess looks the path up by effective ids; kLink
//   does not follow a link at the end of path; kRealpath answers the path from the root, "." for the root.
// Error: an escape is code -EXDEV of syscall "beneath"; a root that cannot be opened is of "root", with its path; else
//   the call's own, with path and dest as given. Out of descriptors: EMFILE, with nothing done.
//
// Null on Windows.
#pragma once

#include <memory>

#include "core/task.h"
#include "core/tasks/path_call.h"
#include "platform/directory_reader.h"

namespace uvfiles {

// OpenedRecord: int32 FileKind; int32 1 if it has a position; int32 1 if it is polled; int32 CacheAccess; int64 position;
// int64 size.

// Opens the directory that kScanDirectory is to list, beneath a root. 0; a negative code; or one with `error`, for the
// root and for an escape.
int OpenBeneath(const TaskArguments& arguments, platform::DirectoryReader* reader,
                TaskError* error);

std::unique_ptr<Task> MakeBeneath(TaskArguments&& arguments);

}  // namespace uvfiles
