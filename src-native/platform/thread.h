// Starts detached threads, and counts threads and processors.
#pragma once

#include <cstddef>
#include <string>

namespace uvfiles {
namespace platform {

// Runs `body(argument)` on a detached thread on which no signal is delivered. 0 or a negative code.
int StartThread(const char* name, void (*body)(void*), void* argument,
                size_t stack_bytes = 256 * 1024);

// The number of threads of the process that have this name (null: all threads). -1 if the system does not tell.
int CountThreads(const char* name);

// A variable of the environment that the process was started with. Later changes have no effect. False if it was not set, or
// the system does not tell.
bool InitialEnvironment(const char* name, std::string* value);

// How many processors the calling thread may run on. At least 1.
int Processors();

}  // namespace platform
}  // namespace uvfiles
