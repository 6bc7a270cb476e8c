// Files that are created without a name (O_TMPFILE) and may be named later.
#pragma once

#include <sys/types.h>

#include <string>

namespace uvfiles {

// A descriptor open for reading and writing. A negative code if the directory's file system has no such files, or if they
// could not be named later.
int OpenNameless(int directory, mode_t mode);

// 0 or a negative code; -EEXIST if the name is taken.
int NameNameless(int fd, int directory, const char* name);

// A path by which this process can open the file again.
std::string NamelessPath(int fd);

}  // namespace uvfiles
