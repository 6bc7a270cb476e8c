#include "core/random_bytes.h"

#include <cerrno>
#ifdef __APPLE__
// sys/random.h needs the first two headers. Keep this order.
#include <Availability.h>
#include <stddef.h>
#include <sys/random.h>
#else
#include <unistd.h>
#endif

namespace uvfiles {

// On Linux, this is getrandom(2), which is never short or interrupted for so few bytes.
int RandomBytes(void* bytes, size_t size) { return ::getentropy(bytes, size) == 0 ? 0 : -errno; }

}  // namespace uvfiles
