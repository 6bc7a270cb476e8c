// A thread that nobody joins.
#pragma once

namespace uvfiles {
namespace platform {

// Runs `body(argument)` on a detached thread on which no signal is delivered. 0 or a negative code.
int start_thread(const char* name, void (*body)(void*), void* argument);

}  // namespace platform
}  // namespace uvfiles
