// Files that have no name until they are given one.
#pragma once

#include <sys/types.h>

#include <string>

namespace uvfiles {

// A descriptor open for reading and writing, or a negative code: then there are none in this directory, or no way to
// name them later.
int OpenNameless(int directory, mode_t mode);

// 0 or a negative code; -EEXIST where the name is taken.
int NameNameless(int fd, int directory, const char* name);

// A path by which this process can open the file once more.
std::string NamelessPath(int fd);

}  // namespace uvfiles
