#include "core/random_bytes.h"

#include <cerrno>
#ifdef __APPLE__
#include <sys/random.h>
#include <sys/types.h>  // which the next one needs and does not include
#else
#include <unistd.h>
#endif

namespace uvfiles {

// getrandom(2) on Linux, where it cannot be short or interrupted for so few bytes.
int RandomBytes(void* bytes, size_t size) { return ::getentropy(bytes, size) == 0 ? 0 : -errno; }

}  // namespace uvfiles
