#include "core/random_bytes.h"

#include <cerrno>
#ifdef __APPLE__
// sys/random.h takes the first two for granted; this order is the alphabet's, too.
#include <Availability.h>
#include <stddef.h>
#include <sys/random.h>
#else
#include <unistd.h>
#endif

namespace uvfiles {

// getrandom(2) on Linux, where it cannot be short or interrupted for so few bytes.
int RandomBytes(void* bytes, size_t size) { return ::getentropy(bytes, size) == 0 ? 0 : -errno; }

}  // namespace uvfiles
