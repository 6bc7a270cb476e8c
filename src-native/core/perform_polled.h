// Transfers on descriptors on which they may have to wait. Each does what it can without waiting, and then says what to
// wait for.
//
// An operation that waits holds its descriptor, the number of bytes transferred (`done`) and, for reads to the end,
// these bytes. A read that has no bytes yet holds no memory.
#pragma once

#include "core/operation.h"

namespace uvfiles {

// Whether the operation is one of those: stateful, on a polled file.
bool WaitsInPoller(const Operation& operation);
Performed PerformPolled(Operation& operation, uint64_t slice_end_ns);

// A FIFO that is opened for writing before anybody reads it: tried again, at growing intervals.
Performed WaitToOpen(Operation& operation);
// To be performed again when the descriptor is ready.
Performed WaitForReady(Operation& operation, int fd, bool for_write);
// To be performed again in so many nanoseconds, and one of those that its lane has waiting until then.
Performed WaitForTurn(Operation& operation, uint64_t pause);

// Whole files that turn out to be FIFOs or terminals. True: `fd` now belongs to the operation's details.
bool HoldIfPolled(Operation& operation, int fd, FileKind kind);
Performed PolledReadFile(Operation& operation);
Performed PolledWriteFile(Operation& operation, uint64_t slice_end_ns);

}  // namespace uvfiles
