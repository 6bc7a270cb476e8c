#include "core/batch.h"

#include <uv.h>

#include <algorithm>

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

// An operation that has moved bytes, or a task that has something to clean up, does not expire here. JavaScript's own timer
// cancels it, and it reports these bytes, or cleans up.
bool Expired(const Operation& operation, uint64_t now) {
  return operation.timeout_ms > 0 && BytesDone(operation) == 0 &&
         !operation.concludes.load(std::memory_order_relaxed) && now > operation.queued_ns &&
         static_cast<double>(now - operation.queued_ns) >=
             static_cast<double>(operation.timeout_ms) * 1e6;
}

}  // namespace

// The disk can have more requests at a time than there are threads. Reads that are known to be cold are started together, a
// window at a time, before the first of them is waited for. Sequential ranges are left to the kernel's read-ahead.
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
  // The next window starts when half of this one is left.
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

void Batch::Taken(uint64_t now) {
  taken_ns = now;
  first = 0;
  kept = count;
  next_.store(0, std::memory_order_relaxed);
  unshared_next_ = 0;
}

// The thread that takes an index first gets the operation. Acquire: sees what the job did before it
// took its last index.
void Batch::Recall() {
  kept = std::min(next_.exchange(kMost, std::memory_order_acquire), kept);
  first = std::max(kept - 1, 0);
}

// False: it must not be performed any more.
bool Batch::Begin(int index, uint64_t clock, const Atomic<bool>& closing) {
  Operation* const operation = operations[index];
  const bool expired = Expired(*operation, clock);
  if (!closing.load(std::memory_order_relaxed) && !expired)
    return Advance(operation, OpState::kTaken, OpState::kRunning);
  if (Advance(operation, OpState::kTaken, OpState::kCancelled)) {
    GiveUp(*operation, expired ? UV_ETIMEDOUT : UV_ECANCELED, true);
  }
  return false;
}

// Opens the files before any of them is read, so that the disk fetches them at the same time. Their operations are running,
// so nobody else closes the descriptors. Only files on local mounts are opened here, so that none waits for a dead mount.
// `started` then has the time that each open took.
void Batch::OpenAhead(uint64_t slice_end_ns, const Atomic<bool>& closing) {
  const auto mounts = platform::KnownMounts();
  if (mounts == nullptr) platform::WantMounts();
  for (int i = 0; i < count; i++) {
    Operation* const operation = operations[i];
    const uint64_t begin = NowNs();
    opened[i] = cold[i] = false;
    started[i] = ended[i] = begin;
    const bool late = begin >= slice_end_ns && i > 0;
    if (!late) operation->flags |= kAdvised;
    if (late || mounts == nullptr) {
      Advance(operation, OpState::kTaken, OpState::kQueued);
      continue;
    }
    if (!Begin(i, begin, closing)) continue;
    OperationDetails& details = *operation->details;
    const int fd = platform::OpenAhead(*mounts, details.path.c_str(), details.flags, &cold[i]);
    if (fd < 0) {
      operation->state.store(OpState::kQueued, std::memory_order_release);
      continue;
    }
    details.own.fd = fd;
    opened[i] = true;
    started[i] = NowNs() - begin;
  }
}

void Batch::Perform(uint64_t slice_end_ns, const Atomic<bool>& closing) {
  // Only a hint: if a file has been closed meanwhile, pages of another file may be fetched.
  for (int i = 0; i < advised; i++) {
    platform::WillNeed(advice[i].fd, advice[i].position, advice[i].size);
  }
  if (opens_ahead) OpenAhead(slice_end_ns, closing);
  uint64_t clock = NowNs();
  for (int i = Next(); i < count; i = Next()) {
    Operation* const operation = operations[i];
    if (opens_ahead) {
      if (!opened[i]) continue;
      if (clock >= slice_end_ns && i > 0) {
        ended[i] = clock;
        operation->state.store(OpState::kQueued, std::memory_order_release);
        continue;
      }
      started[i] = clock - started[i];
    } else {
      started[i] = ended[i] = clock;
      if (!Begin(i, clock, closing)) continue;
    }
    if (ReadsSmall(*operation) && !Place(operation)) {
      const Block block = stash.Acquire(operation->size);
      operation->data = block.data;
      operation->capacity = block.capacity;
    }
    const Performed performed = uvfiles::Perform(*operation, slice_end_ns);
    clock = ended[i] = NowNs();
    // One that has to wait stays "running" until it is parked, under the lock.
    if (performed == Performed::kDone)
      operation->state.store(OpState::kFinished, std::memory_order_release);
    if (performed == Performed::kAgain)
      operation->state.store(OpState::kQueued, std::memory_order_release);
  }
}

}  // namespace uvfiles
