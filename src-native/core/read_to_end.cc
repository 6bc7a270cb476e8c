#include "core/read_to_end.h"

#include <uv.h>

#include <algorithm>
#include <cstdio>

#include "core/operation_block.h"

namespace uvfiles {

namespace {

// Ends a read to the end that has failed. Moves the descriptor back to where it was, so that the
// next read gets the bytes that were not delivered. If it cannot be moved, the bytes are the
// result, and the next read gets the error.
int64_t FailReadToEnd(int fd, int64_t position, size_t total, int64_t code, Operation& operation) {
  const int64_t back = -static_cast<int64_t>(total);
  if (position < 0 && total != 0 && platform::Seek(fd, back, SEEK_CUR) < 0)
    return static_cast<int64_t>(total);
  GiveBlockBack(operation);
  return code;
}

}  // namespace

int64_t ReadToEnd(int fd, int64_t position, int64_t expected, Operation& operation) {
  const size_t most = largest_result.load(std::memory_order_relaxed);
  if (expected > 0 && static_cast<size_t>(expected) > most) return UV_EFBIG;
  TakeBlock(operation, expected > 0 ? static_cast<size_t>(expected) + 1 : kUnknownSize);
  if (operation.data == nullptr) return UV_ENOMEM;
  size_t total = 0;
  for (;;) {
    const size_t asked = std::min(operation.capacity - total, kLook);
    int64_t count = ReadOnce(fd, operation.data + total, asked,
                             position < 0 ? kCurrent : position + static_cast<int64_t>(total));
    if (count == 0) break;
    if (count > 0) total += static_cast<size_t>(count);
    // Fewer bytes came than were asked for, and the file ends where its size says.
    const bool at_end = expected > 0 && total == static_cast<size_t>(expected) &&
                        static_cast<size_t>(count) < asked;
    if (count > 0 && at_end && !Unwanted(operation)) break;
    if (count > 0 && total > most) count = UV_EFBIG;
    if (count > 0 && Unwanted(operation)) count = UV_ECANCELED;
    if (count > 0 && total == operation.capacity &&
        !GrowBlock(operation, operation.capacity * 2, total))
      count = UV_ENOMEM;
    if (count < 0) return FailReadToEnd(fd, position, total, count, operation);
  }
  return static_cast<int64_t>(total);
}

}  // namespace uvfiles
