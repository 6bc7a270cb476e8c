// Creates FIFOs and devices in an open directory.
#pragma once

#include <sys/stat.h>

namespace uvfiles {

// Creates `name` as a FIFO or device like `original`. 0, or -1 with errno.
int MakeSpecialAt(int directory, const char* name, const struct stat& original);

}  // namespace uvfiles
