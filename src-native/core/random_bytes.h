// Bytes from the system's secure random source, for names nobody can guess. Any thread.
#pragma once

#include <cstddef>

namespace uvfiles {

// Fills `size` bytes (at most 256). 0, or negative in libuv's numbering.
int RandomBytes(void* bytes, size_t size);

}  // namespace uvfiles
