// The system calls that temporary files and their registry need, one function each. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace uvfiles {

// Each returns a descriptor or 0, or a negative code. After an error, nothing that it made is left.

// A new file of mode 0600, open for reading and writing; `appending`: with O_APPEND.
int MakeFile(const std::string& path, bool appending);
// A file without a name in `dir`. Any error means that the directory has no such files.
int MakeNamelessFile(const std::string& dir, bool appending);
// A new directory of mode 0700.
int MakePrivateDirectory(const std::string& path);

// Fills `size` bytes (at most 256) from the system's secure random source, for names that nobody
// can guess. 0, or negative in libuv's numbering.
int RandomBytes(void* bytes, size_t size);

// Removes the name. 0, or negative in libuv's numbering.
int RemoveFileNow(const std::string& path);
int64_t CurrentProcess();
// Keeps `mutex` consistent in children created by fork, permanently. Mutexes that were passed first
// are locked first.
void HoldDuringFork(std::mutex* mutex);

}  // namespace uvfiles
