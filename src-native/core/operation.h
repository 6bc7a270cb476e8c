// One read, write, stat, ... on its way from JavaScript to a pool thread and back.
//
// Operations are reused, so none is allocated in steady state. An operation belongs to the loop thread until it is
// submitted, then to the dispatcher until it is delivered, and then to the loop thread again. Meanwhile, `state` is the
// only member that both sides use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/block_pool.h"
#include "core/open_file.h"
#include "core/poller.h"
#include "core/result_memory.h"
#include "core/stat_record.h"
#include "core/task.h"
#include "core/threads.h"

namespace uvfiles {

enum class OpKind : uint8_t {
  kRead = 0,   // position >= 0: pread; kCurrent: read; one system call unless kReadFully
  kWrite = 1,  // all bytes, or an error and how many were written
  kFstat = 2,
  kTruncate = 3,  // position is the new length
  kSync = 4,
  kDatasync = 5,
  kSeek = 6,  // position, whence in `flags`
  kClose = 7,
  kOpen = 8,  // details: path, flags, mode
  kStat = 9,
  kLstat = 10,
  kReadFile =
      11,  // open, fstat, read to the end, close; a regular file larger than `size`, if that is set, is UV_EFBIG
  kWriteFile = 12,  // open, write everything, close
  kTask = 13,
  kReadToEnd = 14,  // from position (or kCurrent) to the end of the open file
};

// Positions below zero are not offsets.
constexpr int64_t kCurrent = -1;  // the descriptor's own position
// Instead of open flags: the operation's position is a descriptor number to take over.
constexpr int kAdoptDescriptor = -1;

enum OpFlags : uint8_t {
  kBigInt = 1,     // stat fields are wanted exact
  kKeepBlock = 2,  // readinto: the block is copied by JavaScript's order, not handed over
  kSeekFirst =
      4,  // stateful read or write at `position`: lseek, then read/write, so that the position moves
  kAppendTell = 8,  // after a write, report the descriptor's position (append mode)
  kBorrowed = 16,   // `data` is a buffer that was transferred to us and that JavaScript holds
  kCold = 64,       // the inline path found that it is not cached
  kAdvised = 128,   // the kernel has been asked to start reading it
  kFully = 32,      // a read goes on after a short one, until all is read or the file ends
};

enum class OpState : uint8_t {
  kIdle,      // loop thread's
  kQueued,    // in the inbox or in a lane
  kTaken,     // in a drain job's batch, not begun
  kParked,    // the poller waits for its descriptor; no thread is held
  kRunning,   // in the kernel
  kFinished,  // waits for the loop thread
  kCancelled  // was queued or taken; makes no system call
};

// The rarely used part: paths, stat results, tasks. Reused as well.
struct OperationDetails {
  std::string path;
  int flags = 0;
  int mode = 0;
  StatRecord stat;
  Task* task = nullptr;
  TaskOwner* task_owner = nullptr;
  const char* syscall = "";  // which call of several failed
  // kOpen's answer
  FileKind kind = FileKind::kRegular;
  bool seekable = false;
  int64_t position = 0;
  InlineState inline_state;
  bool nonblocking = false;
  // The file of a kReadFile or kWriteFile that has begun and waits, or the file that the inline
  // path has already opened for a kReadFile or kOpen; fd < 0: none is open.
  OpenFile own;
  uint32_t attempts = 0;   // to open a FIFO for writing
  uint32_t shortages = 0;  // attempts that found no descriptor
};

// What only operations on pipes, terminals and sockets have.
struct PollState {
  PollWaiter waiter;  // set together with Performed::kWaits
  size_t done = 0;    // bytes transferred before it had to wait
  // It only waits for its turn, like a queued one, and counts among the operations of its lane.
  bool counts_as_waiting = false;
};

struct Operation {
  Operation* next = nullptr;  // inbox, lane, batch, completion list or free list: one at a time
  Operation* prev = nullptr;  // lane only: removal in constant time
  OpenFile* file = nullptr;
  char* data = nullptr;  // block or borrowed memory
  size_t capacity = 0;   // of the block; 0 for borrowed memory
  size_t size = 0;       // bytes wanted or given
  int64_t position = kCurrent;
  int64_t result = 0;  // >= 0, or negative in libuv's numbering
  int64_t extra = 0;   // bytes written before an error; position after an appending write
  uint64_t queued_ns = 0;
  OperationDetails* details = nullptr;
  uint32_t slot = 0;     // index of JavaScript's promise
  float timeout_ms = 0;  // from `queued_ns` on; 0: none
  OpKind kind = OpKind::kRead;
  uint8_t flags = 0;
  uint16_t lane = 0;
  bool in_lane = false;  // under the dispatcher's lock
  // It was cancelled while it ran: it must not wait again, and ends at its next check (see
  // `Unwanted`). Set under the dispatcher's lock; its loops read it without.
  Atomic<bool> stop{false};
  // A task that has begun and `Concludes`: it is not taken out of the queue any more.
  Atomic<bool> concludes{false};
  const Atomic<bool>* ending = nullptr;  // the dispatcher's: set when its environment ends
  std::unique_ptr<PollState> poll;       // of one that may have to wait for its descriptor
  ResultMemory* memory = nullptr;        // `data` points into it, and it will be the result
  Atomic<OpState> state{OpState::kIdle};
};

// The result is not needed any more. Loops of system calls ask this at least once per megabyte.
// Relaxed: a hint. What was done until it is seen is reported.
inline bool Unwanted(const Operation& operation) {
  return operation.stop.load(std::memory_order_relaxed) ||
         (operation.ending != nullptr && operation.ending->load(std::memory_order_relaxed));
}

inline size_t BytesDone(const Operation& operation) {
  return operation.poll ? operation.poll->done : 0;
}

// Takes the operation from one state to another, unless another thread was faster.
inline bool Advance(Operation* operation, OpState from, OpState to) {
  return operation->state.compare_exchange_strong(from, to, std::memory_order_acq_rel);
}

enum class Performed : uint8_t {
  kDone,   // `result` is set (and data, details)
  kAgain,  // the slice is used up: queue it again
  kWaits   // for what `poll` says; then perform it again
};

// The maximum number of bytes in one result: a longer read fails (UV_EFBIG) before it begins.
extern Atomic<size_t> largest_result;

// Runs the operation on this thread. Defined in perform.cc.
Performed Perform(Operation& operation, uint64_t slice_end_ns);

// Ends an operation that has begun and waits. `result` is `code`, or with `keep_bytes` the number of bytes that were
// read. `extra` is the number of bytes that were written.
void GiveUp(Operation& operation, int code, bool keep_bytes);

}  // namespace uvfiles
