// macOS has no such calls. The callers ask poll(2) before the transfer instead.
#include "platform/posix/nowait.h"

#include <uv.h>

namespace uvfiles {
namespace platform {

int64_t ReadNowait(int, char*, size_t) { return UV_ENOTSUP; }
int64_t WriteNowait(int, const char*, size_t) { return UV_ENOTSUP; }
void ForbidNowait(bool) {}

}  // namespace platform
}  // namespace uvfiles
