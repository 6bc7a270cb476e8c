// Pipes and consoles that were opened without FILE_FLAG_OVERLAPPED have no calls that do not wait. So a read first asks
// whether there is something to read. A write may wait for a slow reader, on a pool thread.
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
