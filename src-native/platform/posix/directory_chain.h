// Makes a directory together with those above it that are missing: under makedirs, renames and copytree.
#pragma once

#include <sys/types.h>

#include <string>

#include "core/task.h"

namespace uvfiles {

// The length of `path`'s first `length` bytes without their last name and the slashes before it; 0 where nothing, or
// only the root, is above.
size_t ParentLength(const std::string& path, size_t length);

size_t LengthWithoutSlashes(const std::string& path);

bool IsDirectory(const std::string& path);

// Makes `path` with `mode` (less the umask) and what is missing above it with 0777. False with `error` of the component
// that failed.
bool MakeChain(const std::string& path, mode_t mode, bool exist_ok, const Task& task,
               TaskError* error);

}  // namespace uvfiles
