// What the temp registry needs of the system: removal of a file on the calling thread, and what a process is.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace uvfiles {

// Removes the name. 0, or negative in libuv's numbering.
int RemoveFileNow(const std::string& path);
int64_t CurrentProcess();
// Keeps `mutex` consistent in children made by fork, for good. Those given first are locked first.
void HoldDuringFork(std::mutex* mutex);

}  // namespace uvfiles
