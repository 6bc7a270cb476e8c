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

  Lane* lane = nullptr;
  int count = 0;
  std::array<Operation*, kMost> operations;
  std::array<uint64_t, kMost> started;
  std::array<uint64_t, kMost> ended;
  BlockStash stash;
  ResultMemory* memory = nullptr;  // where the results of this batch's reads go, if there is any
  size_t used = 0;                 // bytes of it
  int advised = 0;                 // ranges to start reading before the batch is performed
  struct {
    int fd;
    int64_t position;
    size_t size;
  } advice[kAdviceWindow];

  // What looks up a path may hang on a dead mount, and must not strand what was taken with it.
  static bool GoesWithOthers(const Operation& operation) {
    return operation.kind == OpKind::kRead || operation.kind == OpKind::kWrite ||
           operation.kind == OpKind::kFstat;
  }

  // Chooses what to start reading of the lane that the batch is taken from.
  void CollectAdvice();
  // Whether its results had better go into a ResultMemory. A lone read is better served by memory of its own size.
  bool WantsMemory() const;
  void UseMemory(ResultMemory* result);
  // Performs the operations, each as far as it goes. One that is done is kFinished then, one that has more to do kQueued, one
  // that has to wait for its descriptor kRunning, and one that expired or that `closing` ended kCancelled.
  void Perform(uint64_t slice_end_ns, const Atomic<bool>& closing);

 private:
  bool Place(Operation* operation);
};

}  // namespace uvfiles
