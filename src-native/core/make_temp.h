// The system calls that make temporary things, one function each. Any thread.
#pragma once

#include <string>

namespace uvfiles {

// Each returns a descriptor or 0, or a negative code. After an error, nothing that it made is left.

// A new file of mode 0600, open for reading and writing; `appending`: with O_APPEND.
int MakeFile(const std::string& path, bool appending);
// A file without a name in `dir`. Any error means that the directory has no such files.
int MakeNamelessFile(const std::string& dir, bool appending);
// A new directory of mode 0700.
int MakePrivateDirectory(const std::string& path);

}  // namespace uvfiles
