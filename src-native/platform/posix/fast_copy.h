// What a kernel can do instead of a loop of read and write. Each answers a negative code where it cannot, and the
// caller goes on with the next slower way.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvfiles {

// Makes `to`, an empty regular file, share all of `from`'s blocks. 0 or a negative code.
int CloneWhole(int to, int from);

// Makes `name` in `directory` a new file that shares all of `from`'s blocks, with its metadata. 0 or a negative code.
int CloneAs(int from, int directory, const char* name);

// Copies within the kernel at explicit offsets. Bytes (0: the end), or a negative code.
int64_t CopyRange(int to, int64_t to_offset, int from, int64_t from_offset, size_t size);

// From a file to a file or socket. A negative `offset` means the descriptor's position, which then moves.
int64_t SendRange(int to, int from, int64_t offset, size_t size);

// True where the code says "not this way" rather than "not this data".
bool IsNoSuchWay(int64_t code);

// A hint that [offset, offset + size) of `fd` will be read once, in order.
void WillReadOnce(int fd);

}  // namespace uvfiles
