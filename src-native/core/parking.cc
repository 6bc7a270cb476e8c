// The dispatcher's operations that wait for their descriptors: on the poller's list, holding no thread.
#include <uv.h>

#include "core/clock.h"
#include "core/dispatcher.h"

namespace uvfiles {

namespace {

bool IsRead(const Operation* operation) {
  return operation->kind == OpKind::kRead || operation->kind == OpKind::kReadToEnd;
}

}  // namespace

// Pool thread, under the lock. What was cancelled while it ran, or whose file waits no longer, must not begin to wait.
void Dispatcher::Park(Operation* operation, Lane* lane) {
  const bool reads = IsRead(operation);
  const bool stopped = operation->stop || closing_.load(std::memory_order_relaxed);
  int status = stopped || (reads && operation->file->stop_waiting) ? UV_ECANCELED : 0;
  if (status == 0) {
    PollWaiter& poll = operation->poll->waiter;
    poll.ready = OnReady;
    poll.owner = this;
    poll.context = lane;
    poll.operation = operation;
    operation->state.store(OpState::kParked, std::memory_order_release);
    if (reads) idle_.fetch_add(1, std::memory_order_relaxed);
    lane->parked.fetch_add(1);
    if (operation->poll->counts_as_waiting) lane->waiting.fetch_add(1, std::memory_order_relaxed);
    status = Poller::Instance().Add(&poll);
    if (status == 0) return;
    lane->parked.fetch_sub(1);
    if (reads) idle_.fetch_sub(1, std::memory_order_relaxed);
    if (operation->poll->counts_as_waiting) lane->waiting.fetch_sub(1, std::memory_order_relaxed);
  }
  GiveUp(*operation, status, stopped);
  operation->state.store(OpState::kCancelled, std::memory_order_release);
  lane->cancelled++;
  Complete(operation);
}

// The poller's thread; takes no lock (poller.h says why). The lane's address is stable, and the inbox is lock-free.
void Dispatcher::OnReady(PollWaiter* waiter) {
  Dispatcher* const self = static_cast<Dispatcher*>(waiter->owner);
  Operation* const operation = waiter->operation;
  if (IsRead(operation)) self->idle_.fetch_sub(1, std::memory_order_relaxed);
  Lane* const lane = static_cast<Lane*>(waiter->context);
  if (!operation->poll->counts_as_waiting) lane->waiting.fetch_add(1);
  lane->parked.fetch_sub(1);
  operation->queued_ns = NowNs();
  operation->state.store(OpState::kQueued, std::memory_order_release);
  self->Push(operation);
  uv_async_send(&self->async_);
}

// --- loop thread ----------------------------------------------------------------------------------------------------

bool Dispatcher::Unpark(Operation* operation) {
  if (operation->state.load(std::memory_order_acquire) != OpState::kParked) return false;
  if (!Poller::Instance().Remove(&operation->poll->waiter)) return false;
  UncountParked(operation);
  return true;
}

void Dispatcher::UncountParked(Operation* operation) {
  lanes_[operation->lane]->parked.fetch_sub(1);
  if (IsRead(operation)) idle_.fetch_sub(1, std::memory_order_relaxed);
  if (operation->poll->counts_as_waiting)
    lanes_[operation->lane]->waiting.fetch_sub(1, std::memory_order_relaxed);
}

void Dispatcher::AbandonParked(Operation* operation, bool keep_bytes) {
  GiveUp(*operation, UV_ECANCELED, keep_bytes);
  operation->state.store(OpState::kCancelled, std::memory_order_release);
  std::lock_guard<std::mutex> lock(mutex_);
  lanes_[operation->lane]->cancelled++;
  Complete(operation);
}

// One that has begun is delivered with what it did, and so counts as running.
CancelResult Dispatcher::CancelParked(Operation* operation) {
  const bool began = BytesDone(*operation) > 0;
  AbandonParked(operation, true);
  UpdateReference();
  Announce();
  return began ? CancelResult::kRunning : CancelResult::kCancelled;
}

void Dispatcher::StopWaiting(OpenFile* file) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    file->stop_waiting = true;
  }
  const auto reads_file = [](const PollWaiter* waiter, const void* wanted) {
    return IsRead(waiter->operation) && waiter->operation->file == wanted;
  };
  const std::vector<PollWaiter*> stopped =
      Poller::Instance().RemoveOn(file->fd, this, reads_file, file);
  if (stopped.empty()) return;
  for (PollWaiter* waiter : stopped) {
    UncountParked(waiter->operation);
    AbandonParked(waiter->operation, false);
  }
  UpdateReference();
  Announce();
}

void Dispatcher::DiscardParked() {
  for (PollWaiter* waiter : Poller::Instance().RemoveAll(this)) {
    Operation* const operation = waiter->operation;
    UncountParked(operation);
    GiveUp(*operation, UV_ECANCELED, false);
    operation->state.store(OpState::kCancelled, std::memory_order_release);
    discard_(context_, operation);
  }
}

}  // namespace uvfiles
