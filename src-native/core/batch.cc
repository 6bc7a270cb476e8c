#include "core/batch.h"

#include <uv.h>

#include "core/clock.h"
#include "platform/cached.h"

namespace uvfiles {

namespace {

// Reads whose result is copied, or placed, into a chunk that it shares with others.
bool ReadsSmall(const Operation& operation) {
  return operation.kind == OpKind::kRead && operation.size > 0 &&
         operation.size <= BlockPool::kSmall && operation.memory == nullptr &&
         (operation.flags & kBorrowed) == 0 && !operation.file->polled;
}

// One that has begun says what it did, which JavaScript expects of what its own timer cancels.
bool Expired(const Operation& operation, uint64_t now) {
  return operation.timeout_ms > 0 && BytesDone(operation) == 0 && now > operation.queued_ns &&
         static_cast<double>(now - operation.queued_ns) >=
             static_cast<double>(operation.timeout_ms) * 1e6;
}

}  // namespace

// The depth that the disk sees need not be the number of threads: reads that are known to be cold are started together,
// a window at a time, before the first of them is waited for. Sequential ranges are left to the kernel's read-ahead.
void Batch::CollectAdvice() {
  advised = 0;
  Operation* operation = lane->queue.Front();
  if ((operation->flags & kCold) == 0 || lane->advised > 0 || lane->queue.size() < kAdviceWorth)
    return;
  const Operation* before = nullptr;
  for (; operation != nullptr && advised < kAdviceWindow;
       before = operation, operation = operation->next) {
    lane->advised++;
    if ((operation->flags & (kCold | kAdvised)) != kCold || operation->kind != OpKind::kRead)
      continue;
    if (operation->position < 0) continue;
    operation->flags |= kAdvised;
    if (before != nullptr && before->file == operation->file &&
        before->position + static_cast<int64_t>(before->size) == operation->position) {
      continue;
    }
    advice[advised++] = {operation->file->fd, operation->position, operation->size};
  }
  // Half a window before it is used up the next one starts.
  if (lane->advised > kAdviceWindow / 2) lane->advised -= kAdviceWindow / 2;
}

bool Batch::WantsMemory() const {
  return count >= kMost / 2 && operations[0]->size >= kPlacedFrom && ReadsSmall(*operations[0]);
}

void Batch::UseMemory(ResultMemory* result) {
  memory = result;
  used = 0;
  if (memory != nullptr) memory->users = 0;
}

// A place in the batch's result memory, if it has any.
bool Batch::Place(Operation* operation) {
  if (memory == nullptr || (operation->flags & kKeepBlock) != 0) return false;
  if (operation->size > memory->capacity - used) return false;
  operation->memory = memory;
  operation->data = memory->data + used;
  memory->users++;
  used += (operation->size + 7) & ~size_t{7};
  if (used > memory->capacity) used = memory->capacity;
  return true;
}

void Batch::Perform(uint64_t slice_end_ns, const Atomic<bool>& closing) {
  // A hint: should a file have been closed meanwhile, some other file's pages are fetched.
  for (int i = 0; i < advised; i++) {
    platform::WillNeed(advice[i].fd, advice[i].position, advice[i].size);
  }
  uint64_t clock = NowNs();
  for (int i = 0; i < count; i++) {
    Operation* const operation = operations[i];
    started[i] = ended[i] = clock;
    const bool expired = Expired(*operation, clock);
    if (closing.load(std::memory_order_relaxed) || expired) {
      if (Advance(operation, OpState::kTaken, OpState::kCancelled)) {
        GiveUp(*operation, expired ? UV_ETIMEDOUT : UV_ECANCELED, true);
      }
      continue;
    }
    if (!Advance(operation, OpState::kTaken, OpState::kRunning)) continue;
    if (ReadsSmall(*operation) && !Place(operation)) {
      const Block block = stash.Acquire(operation->size);
      operation->data = block.data;
      operation->capacity = block.capacity;
    }
    const Performed performed = uvfiles::Perform(*operation, slice_end_ns);
    // One that has to wait stays "running" until it is parked, under the lock.
    if (performed == Performed::kDone)
      operation->state.store(OpState::kFinished, std::memory_order_release);
    if (performed == Performed::kAgain)
      operation->state.store(OpState::kQueued, std::memory_order_release);
    clock = ended[i] = NowNs();
  }
}

}  // namespace uvfiles
