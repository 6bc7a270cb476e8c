// Reads a file to its end, whatever its size says.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/operation.h"
#include "platform/file_system.h"

namespace uvfiles {

// The first guess for files that do not tell their size (/proc, pipes).
constexpr size_t kUnknownSize = 16 * 1024;

// The maximum that one system call of a loop moves, so that the loop soon notices that the result
// is not needed any more.
constexpr size_t kLook = 1024 * 1024;

// One read, at a position or at the descriptor's own.
inline int64_t ReadOnce(int fd, char* data, size_t size, int64_t position) {
  return position < 0 ? platform::Read(fd, data, size) : platform::Pread(fd, data, size, position);
}

// Reads until the end, growing as needed: sizes from fstat are a guess (/proc says 0, files grow and shrink). `expected`
// is that size. Gives the operation the block, and returns the number of bytes or a negative code.
int64_t ReadToEnd(int fd, int64_t position, int64_t expected, Operation& operation);

}  // namespace uvfiles
