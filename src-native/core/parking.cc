#include "core/parking.h"

#include "core/clock.h"

namespace uvfiles {

namespace {

bool IsRead(const Operation& operation) {
  return operation.kind == OpKind::kRead || operation.kind == OpKind::kReadToEnd;
}

Lane* LaneOf(const PollWaiter& waiter) { return static_cast<Lane*>(waiter.context); }

}  // namespace

// The operation is counted first, because it may be ready before `Add` has returned.
int Parking::Park(Operation* operation, Lane* lane) {
  if (IsRead(*operation) && operation->file->stop_waiting) return UV_ECANCELED;
  PollWaiter& waiter = operation->poll->waiter;
  waiter.ready = OnReady;
  waiter.owner = this;
  waiter.context = lane;
  waiter.operation = operation;
  operation->state.store(OpState::kParked, std::memory_order_release);
  Count(*operation, lane, 1);
  const int status = poller_.Add(&waiter);
  if (status == 0) return 0;
  Count(*operation, lane, -1);
  operation->state.store(OpState::kRunning, std::memory_order_release);
  return status;
}

// `waiting` is incremented before `parked` is decremented, because otherwise the lane could be
// taken for an idle one.
void Parking::OnReady(PollWaiter* waiter) {
  Parking* const self = static_cast<Parking*>(waiter->owner);
  Operation* const operation = waiter->operation;
  Lane* const lane = LaneOf(*waiter);
  if (!operation->poll->counts_as_waiting) lane->waiting.fetch_add(1);
  lane->parked.fetch_sub(1);
  if (IsRead(*operation)) self->idle_.fetch_sub(1, std::memory_order_relaxed);
  operation->queued_ns = NowNs();
  operation->state.store(OpState::kQueued, std::memory_order_release);
  self->inbox_->Push(operation);
  uv_async_send(self->loop_);
}

void Parking::Count(const Operation& operation, Lane* lane, int by) {
  const auto more = static_cast<uint32_t>(by);  // wraps
  lane->parked.fetch_add(more);
  if (IsRead(operation)) idle_.fetch_add(more, std::memory_order_relaxed);
  if (operation.poll->counts_as_waiting) lane->waiting.fetch_add(more, std::memory_order_relaxed);
}

bool Parking::TakeBack(Operation* operation) {
  if (operation->state.load(std::memory_order_acquire) != OpState::kParked) return false;
  if (!poller_.Remove(&operation->poll->waiter)) return false;
  Count(*operation, LaneOf(operation->poll->waiter), -1);
  return true;
}

std::vector<Operation*> Parking::Uncounted(const std::vector<PollWaiter*>& waiters) {
  std::vector<Operation*> operations;
  operations.reserve(waiters.size());
  for (PollWaiter* const waiter : waiters) {
    Count(*waiter->operation, LaneOf(*waiter), -1);
    operations.push_back(waiter->operation);
  }
  return operations;
}

std::vector<Operation*> Parking::TakeBackReads(const OpenFile* file) {
  const auto reads_file = [](const PollWaiter* waiter, const void* wanted) {
    return IsRead(*waiter->operation) && waiter->operation->file == wanted;
  };
  return Uncounted(poller_.RemoveOn(file->fd, this, reads_file, file));
}

std::vector<Operation*> Parking::TakeBackAll() { return Uncounted(poller_.RemoveAll(this)); }

}  // namespace uvfiles
