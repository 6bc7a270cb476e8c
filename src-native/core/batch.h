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
  static constexpr int kAdviceWindow = 64;     // cold reads that are started together
  static constexpr uint32_t kAdviceWorth = 4;  // queued operations from which on that pays
  static constexpr uint32_t kAheadWorth = 3;   // the same for whole files

  Lane* lane = nullptr;
  int count = 0;
  std::array<Operation*, kMost> operations;
  std::array<uint64_t, kMost> started;
  std::array<uint64_t, kMost> ended;
  BlockStash stash;
  ResultMemory* memory = nullptr;  // where the results of this batch's reads go, if there is any
  size_t used = 0;                 // bytes of it
  bool opens_ahead = false;        // whole files, all of which are opened before the first is read
  std::array<bool, kMost> opened;  // of these: whether it was
  std::array<bool, kMost> cold;    // ... and whether its bytes were not in the page cache
  int advised = 0;                 // ranges to start reading before the batch is performed
  struct {
    int fd;
    int64_t position;
    size_t size;
  } advice[kAdviceWindow];

  // What looks up a path may hang on a dead mount, and does not keep what was taken with it.
  static bool GoesWithOthers(const Operation& operation) {
    return operation.kind == OpKind::kRead || operation.kind == OpKind::kWrite ||
           operation.kind == OpKind::kFstat;
  }

  // Whether the operation reads a whole file that can be opened ahead. Once at most: an operation that was handed back is
  // performed alone.
  static bool OpensAhead(const Operation& operation) {
    return operation.kind == OpKind::kReadFile && (operation.flags & kAdvised) == 0 &&
           operation.details->own.fd < 0;
  }

  // Whether the operation may follow those that the batch has.
  bool Fits(const Operation& operation) const {
    return opens_ahead ? OpensAhead(operation) : GoesWithOthers(operation);
  }

  // Chooses what to start reading of the lane that the batch is taken from.
  void CollectAdvice();
  // Whether its results had better go into a ResultMemory. A lone read is better served by memory of its own size.
  bool WantsMemory() const;
  void UseMemory(ResultMemory* result);
  // Performs the operations, each as far as it goes. One that is done is kFinished then, one that has more to do kQueued, one
  // that has to wait for its descriptor kRunning, and one that expired or that `closing` ended kCancelled. Of a batch that
  // opens ahead, those that could not be opened, or that the slice was too short for, are kQueued.
  void Perform(uint64_t slice_end_ns, const Atomic<bool>& closing);

 private:
  bool Place(Operation* operation);
  bool Begin(int index, uint64_t clock, const Atomic<bool>& closing);
  void OpenAhead(uint64_t slice_end_ns, const Atomic<bool>& closing);
};

}  // namespace uvfiles
