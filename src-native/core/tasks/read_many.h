// kReadMany reads a list of files whole, a batch of them at a time; a large one has a batch to itself.
//
// Arguments: bytes: the paths as one list with NUL between them. numbers: bytes that a batch should have;
//   then, for tests, the mean nanoseconds per file from which on files are opened ahead.
// Output, a batch, in a block: the files' contents one after another; zeros up to a multiple of 8; for each file uint64 size,
//   int32 code (0: fine), uint32 what failed (ReadManyCall); last uint64 number of files. Files come in order.
// A FIFO or a device may have nothing to read yet, and no thread waits for it: it is the last of its batch, as kElsewhere, and
//   the caller reads it before the next step. Until then the task holds it open, so that its writers find a reader all the time.
// An empty batch: out of descriptors. Error: only cancellation; a file that fails fails alone.
#pragma once

#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum class ReadManyCall : uint32_t { kOpen = 0, kStat = 1, kRead = 2, kElsewhere = 3 };

std::unique_ptr<Task> MakeReadMany(TaskArguments&& arguments);

}  // namespace uvfiles
