// A Task is a long or rarely used operation that runs in the pool a slice at a time: a removal, a walk, a copy, an
// atomic write. Frequent single operations (read, write, stat) are Operations and need no Task.
//
// Thread safety: one thread at a time runs a Task, but each step may run on another thread. Only `Cancel` may be called
// from other threads meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/block_pool.h"
#include "core/clock.h"
#include "core/open_file.h"
#include "core/threads.h"

namespace uvfiles {

// How long a step may hold its pool thread. Tasks ask between system calls.
class Slice {
 public:
  // No deadline: for tests and for tasks that run off the pool.
  Slice() : deadline_ns_(UINT64_MAX) {}
  explicit Slice(uint64_t deadline_ns) : deadline_ns_(deadline_ns) {}

  // True once the thread should be given back. Costs one clock_gettime (about 25 ns).
  bool Expired() const { return deadline_ns_ != UINT64_MAX && NowNs() >= deadline_ns_; }

 private:
  uint64_t deadline_ns_;
};

enum class Step : uint8_t {
  kAgain,  // the slice is used up: queue the task again at the tail of its lane
  kReady,  // `output` holds a batch to hand over; the consumer asks for more by running the task again
  kDone,  // finished, with `output` or with `error`
  kWaits,  // for `waits_for`, without a thread; then it is run again. Nothing is handed over meanwhile.
};

// Why a task failed, in the shape of Node's errors: code, errno, syscall, path, dest.
struct TaskError {
  int code = 0;              // negative, libuv's numbering (-errno on POSIX); 0 is no error
  const char* syscall = "";  // a literal: "open", "unlink", ...
  std::string path;          // as bytes
  std::string dest;          // second path, where the call has two
  explicit operator bool() const { return code != 0; }
};

// Arguments as JavaScript passes them: byte strings (paths, patterns, data) and integers, in the order that each task's
// header documents.
struct TaskArguments {
  std::vector<std::string> bytes;
  std::vector<int64_t> numbers;
};

class Task {
 public:
  virtual ~Task() { FreeBlock(); }
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  // Works until done, until a batch is ready, or until the slice has expired.
  virtual Step Run(const Slice& slice) = 0;

  void FreeBlock() {
    BlockPool::Instance().Release(block);
    block = Block();
  }

  // Asks a task that has begun to stop at its next step. It then ends with UV_ECANCELED, and leaves
  // no unfinished state except what its documentation names. Any thread.
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const {
    return cancelled_.load(std::memory_order_relaxed) || (whole_ != nullptr && whole_->cancelled());
  }
  // A part of another task is cancelled with it, even during a step.
  void BecomePartOf(const Task* whole) { whole_ = whole; }
  // Whether only `Run` can remove what an unfinished task has created. Once begun, such a task is
  // run to its end, even after `Cancel`.
  virtual bool Concludes() const { return false; }
  // Forgets a `Cancel` that came too late for the previous operation. Called between operations.
  void Continue() { cancelled_.store(false, std::memory_order_relaxed); }

  // Valid between steps. The consumer moves `output` out and so leaves it empty.
  std::string output;  // packed records, native byte order
  // Used instead of `output` for large results: passed to JavaScript without a copy, and reused when JavaScript drops it.
  Block block;
  size_t block_size = 0;  // bytes of it that are output
  // A file that the task has opened and that belongs to the output. Delivery registers it as an open file. If the output is
  // not delivered, the task closes it. The members below describe it.
  int opened = -1;
  FileKind opened_kind = FileKind::kRegular;
  bool opened_polled = false;  // then it is O_NONBLOCK
  InlineState opened_state;
  TaskError error;
  // What kWaits waits for.
  struct {
    int fd = -1;
    bool for_write = false;
  } waits_for;
  // Of the open file that a run was submitted with, which stays open until its end; -1: with none.
  int fd = -1;

 private:
  // Relaxed: a hint that is polled; the operation's completion orders everything else.
  Atomic<bool> cancelled_{false};
  const Task* whole_ = nullptr;
};

// Keeps a task alive while an operation runs it. Notified on the loop thread when the operation has ended.
class TaskOwner {
 public:
  // `ended`: it is done or has failed, and is not run again.
  virtual void Settled(bool ended) = 0;

 protected:
  ~TaskOwner() = default;
};

}  // namespace uvfiles
