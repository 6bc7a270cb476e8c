// There is no such thing: poll(2) before the transfer has to do.
#include "platform/posix/nowait.h"

#include <uv.h>

namespace uvfiles {
namespace platform {

int64_t ReadNowait(int, char*, size_t) { return UV_ENOTSUP; }
int64_t WriteNowait(int, const char*, size_t) { return UV_ENOTSUP; }
void ForbidNowait(bool) {}

}  // namespace platform
}  // namespace uvfiles
