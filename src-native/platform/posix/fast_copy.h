// Ways to copy that are faster than a loop of read and write. Each returns a negative code if it is not supported, and
// the caller tries the next slower one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvfiles {

// Makes `to`, an empty regular file, share all blocks of `from`. 0 or a negative code.
int CloneWhole(int to, int from);

// Creates file `name` in `directory`, which shares all blocks of `from` and has its metadata. 0 or a negative code.
int CloneAs(int from, int directory, const char* name);

// Copies within the kernel at explicit offsets. Bytes (0: the end), or a negative code.
int64_t CopyRange(int to, int64_t to_offset, int from, int64_t from_offset, size_t size);

// Whether the code means that this way is not supported, rather than that the data cannot be copied.
bool IsNoSuchWay(int64_t code);

// A hint that the file will be read once, from its start to its end.
void WillReadOnce(int fd);

}  // namespace uvfiles
