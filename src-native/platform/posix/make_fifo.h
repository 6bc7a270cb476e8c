// A FIFO in an open directory.
#pragma once

#include <sys/types.h>

namespace uvfiles {

// 0, or -1 with errno.
int MakeFifoAt(int directory, const char* name, mode_t mode);

}  // namespace uvfiles
