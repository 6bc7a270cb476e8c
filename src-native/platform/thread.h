// A thread that nobody joins, and what threads have to run on.
#pragma once

namespace uvfiles {
namespace platform {

// Runs `body(argument)` on a detached thread on which no signal is delivered. 0 or a negative code.
int start_thread(const char* name, void (*body)(void*), void* argument);

// How many processors the calling thread may run on. At least 1.
int processors();

}  // namespace platform
}  // namespace uvfiles
