// What a drain job takes from a lane at once and performs outside the lock.
//
// Thread safety: the job's. `CollectAdvice` and `UseMemory` are called under the dispatcher's lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/lane.h"
#include "core/threads.h"

namespace uvfiles {

struct Batch {
  static constexpr int kMost = 16;
  static constexpr size_t kPlacedFrom = 2048;  // smaller results are cheaper to copy than to place
  static constexpr int kAdviceWindow = 64;     // cold reads whose read-ahead starts together
  static constexpr uint32_t kAdviceWorth = 4;  // with fewer queued operations, that does not pay
  static constexpr uint32_t kAheadWorth = 3;   // the same for whole files

  Lane* lane = nullptr;
  int count = 0;
  std::array<Operation*, kMost> operations;
  std::array<uint64_t, kMost> started;
  std::array<uint64_t, kMost> ended;
  BlockStash stash;
  ResultMemory* memory = nullptr;  // for the results of this batch's reads; may be null
  size_t used = 0;                 // bytes of it
  // Whether another job may take over what this one has not begun: operations that may hang. Others
  // are performed in their order.
  bool recallable = false;
  uint64_t taken_ns = 0;
  // Under the lock: the operations from `first` on and before `kept` are the job's.
  int first = 0;
  int kept = 0;
  bool opens_ahead = false;        // whole files, all of which are opened before the first is read
  std::array<bool, kMost> opened;  // of these: whether it was
  std::array<bool, kMost> cold;    // ... and whether its bytes were not in the page cache
  int advised = 0;                 // ranges to start reading before the batch is performed
  struct {
    int fd;
    int64_t position;
    size_t size;
  } advice[kAdviceWindow];

  // Reads, writes and fstats of open files. Others can hang on a dead mount, and must not hold up what was taken with them.
  static bool KeepsOrder(const Operation& operation) {
    return operation.kind == OpKind::kRead || operation.kind == OpKind::kWrite ||
           operation.kind == OpKind::kFstat;
  }

  // Whether the operation reads a whole file that can be opened ahead. This is tried once: an operation that was handed
  // back is performed alone.
  static bool OpensAhead(const Operation& operation) {
    return operation.kind == OpKind::kReadFile && (operation.flags & kAdvised) == 0 &&
           operation.details->own.fd < 0;
  }

  // Whether the operation can be added to the batch.
  bool Fits(const Operation& operation) const {
    return opens_ahead ? OpensAhead(operation) : KeepsOrder(operation) != recallable;
  }

  // Chooses the ranges of the batch's lane for which read-ahead starts.
  void CollectAdvice();
  // Whether to put the results into a ResultMemory. For a single read, memory of its own size is better.
  bool WantsMemory() const;
  void UseMemory(ResultMemory* result);
  // Under the lock, when everything has been taken.
  void Taken(uint64_t now);
  // Under the lock, of a `recallable` batch: afterwards, only the operation that was begun last is the job's. Those before
  // it have been performed, and those after it are not begun. Called once.
  void Recall();
  // Performs each operation as far as possible. Afterwards, its state is kFinished if it is done, kQueued if it has more to
  // do, kRunning if it has to wait for its descriptor, and kCancelled if it expired or `closing` ended it. In a batch that
  // opens ahead, operations whose file could not be opened, or that did not fit into the slice, are kQueued.
  void Perform(uint64_t slice_end_ns, const Atomic<bool>& closing);

 private:
  int Next() {
    return recallable ? next_.fetch_add(1, std::memory_order_release) : unshared_next_++;
  }
  bool Place(Operation* operation);
  bool Begin(int index, uint64_t clock, const Atomic<bool>& closing);
  void OpenAhead(uint64_t slice_end_ns, const Atomic<bool>& closing);

  // The index of the next operation to begin.
  Atomic<int> next_{0};    // if the batch is recallable
  int unshared_next_ = 0;  // if it is not
};

}  // namespace uvfiles
