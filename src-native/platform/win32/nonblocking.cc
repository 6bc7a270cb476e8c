// Pipes and consoles that were opened without overlapped input and output can only be asked whether something is there,
// so that is what is done before a read. A write may wait for a slow reader, in the pool.
#include "platform/nonblocking.h"

#include <uv.h>

#include "platform/file_system.h"
#include "platform/readiness.h"

namespace uvfiles {
namespace platform {

int64_t read_now(const OpenFile& file, char* data, size_t size) {
  return is_ready(file.fd, false) ? read(file.fd, data, size) : int64_t{UV_EAGAIN};
}

int64_t write_now(const OpenFile& file, const char* data, size_t size) {
  return write(file.fd, data, size);
}

int open_now(const char* path, int flags, int mode) { return open_file(path, flags, mode); }
int make_blocking(int, int) { return 0; }
bool lacks_reader(const char*, int, int) { return false; }

}  // namespace platform
}  // namespace uvfiles
