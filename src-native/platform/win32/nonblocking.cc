// Pipes and consoles that were opened without overlapped input and output can only be asked whether something is there,
// so that is what is done before a read. A write may wait for a slow reader, in the pool.
#include "platform/nonblocking.h"

#include <uv.h>

#include "platform/file_system.h"
#include "platform/readiness.h"

namespace uvfiles {
namespace platform {

int64_t ReadNow(const OpenFile& file, char* data, size_t size) {
  return IsReady(file.fd, false) ? Read(file.fd, data, size) : int64_t{UV_EAGAIN};
}

int64_t WriteNow(const OpenFile& file, const char* data, size_t size) {
  return Write(file.fd, data, size);
}

int OpenNow(const char* path, int flags, int mode) { return OpenByPath(path, flags, mode); }
int MakeBlocking(int, int) { return 0; }
bool LacksReader(const char*, int, int) { return false; }

}  // namespace platform
}  // namespace uvfiles
