#include "platform/posix/make_fifo.h"

#include <sys/stat.h>

namespace uvfiles {

int MakeFifoAt(int directory, const char* name, mode_t mode) {
  return ::mkfifoat(directory, name, mode);
}

}  // namespace uvfiles
