// The system calls that make temporary things, one function each. Any thread.
#pragma once

#include <string>

namespace uvfiles {

// Each gives a descriptor or 0, or a negative error in libuv's numbering. What they made is gone again after an error.

// A new file of mode 0600, open for reading and writing; `appending` as O_APPEND.
int MakeFile(const std::string& path, bool appending);
// A file without a name in `dir`. Any error means that the directory has no such files.
int MakeNamelessFile(const std::string& dir, bool appending);
// A new directory of mode 0700.
int MakeDirectory(const std::string& path);

}  // namespace uvfiles
