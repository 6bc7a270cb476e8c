// Directories above a path: how long their names are, whether they are there, and how they are made.
#pragma once

#include <string>

#include "core/task.h"

namespace uvfiles {
namespace win32 {

// The length of `path`'s first `length` bytes without their last name and the separators before it; 0 where nothing, or
// only the root, is above.
size_t ParentLength(const std::string& path, size_t length);
size_t LengthWithoutSeparators(const std::string& path);
bool IsDirectory(const std::string& path);

// Makes `path` and what is missing above it. False with `error` of the component that failed.
bool MakeChain(const std::string& path, bool exist_ok, const Task& task, TaskError* error);

// `target`, or the name of `source` below it where it is a directory.
std::string TargetInto(const std::string& source, const std::string& target);

}  // namespace win32
}  // namespace uvfiles
