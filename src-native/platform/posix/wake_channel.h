// What one thread wakes another with that waits in poll(2): an eventfd, or a pipe where there is none.
#pragma once

namespace uvfiles {
namespace platform {

// Opens both ends (the same descriptor for an eventfd), non-blocking and close-on-exec. 0 or a negative code.
int open_wake_channel(int* read_end, int* write_end);
void signal_wake_channel(int write_end);
void drain_wake_channel(int read_end);

}  // namespace platform
}  // namespace uvfiles
