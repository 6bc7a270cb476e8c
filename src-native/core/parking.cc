// The dispatcher's operations that wait for their descriptors: on the poller's list, holding no thread.
#include <uv.h>

#include "core/clock.h"
#include "core/dispatcher.h"

namespace uvfiles {

namespace {

bool is_read(const Operation* operation) {
  return operation->kind == OpKind::kRead || operation->kind == OpKind::kReadToEnd;
}

}  // namespace

// Pool thread, under the lock. What was cancelled while it ran, or whose file waits no longer, must not begin to wait.
void Dispatcher::park(Operation* operation, Lane* lane) {
  const bool reads = is_read(operation);
  const bool stopped = operation->stop || closing_.load(std::memory_order_relaxed);
  int status = stopped || (reads && operation->file->stop_waiting) ? UV_ECANCELED : 0;
  if (status == 0) {
    PollWaiter& poll = operation->poll->waiter;
    poll.ready = on_ready;
    poll.owner = this;
    poll.context = lane;
    poll.operation = operation;
    operation->state.store(OpState::kParked, std::memory_order_release);
    if (reads) idle_.fetch_add(1, std::memory_order_relaxed);
    lane->parked.fetch_add(1);
    if (operation->poll->counts_as_waiting) lane->waiting.fetch_add(1, std::memory_order_relaxed);
    status = Poller::instance().add(&poll);
    if (status == 0) return;
    lane->parked.fetch_sub(1);
    if (reads) idle_.fetch_sub(1, std::memory_order_relaxed);
    if (operation->poll->counts_as_waiting) lane->waiting.fetch_sub(1, std::memory_order_relaxed);
  }
  give_up(*operation, status, stopped);
  operation->state.store(OpState::kCancelled, std::memory_order_release);
  lane->cancelled++;
  complete(operation);
}

// The poller's thread; takes no lock (poller.h says why). The lane's address is stable, and the inbox is lock-free.
void Dispatcher::on_ready(PollWaiter* waiter) {
  Dispatcher* const self = static_cast<Dispatcher*>(waiter->owner);
  Operation* const operation = waiter->operation;
  if (is_read(operation)) self->idle_.fetch_sub(1, std::memory_order_relaxed);
  Lane* const lane = static_cast<Lane*>(waiter->context);
  if (!operation->poll->counts_as_waiting) lane->waiting.fetch_add(1);
  lane->parked.fetch_sub(1);
  operation->queued_ns = now_ns();
  operation->state.store(OpState::kQueued, std::memory_order_release);
  self->push(operation);
  uv_async_send(&self->async_);
}

// --- loop thread ----------------------------------------------------------------------------------------------------

bool Dispatcher::unpark(Operation* operation) {
  if (operation->state.load(std::memory_order_acquire) != OpState::kParked) return false;
  if (!Poller::instance().remove(&operation->poll->waiter)) return false;
  uncount_parked(operation);
  return true;
}

void Dispatcher::uncount_parked(Operation* operation) {
  lanes_[operation->lane]->parked.fetch_sub(1);
  if (is_read(operation)) idle_.fetch_sub(1, std::memory_order_relaxed);
  if (operation->poll->counts_as_waiting)
    lanes_[operation->lane]->waiting.fetch_sub(1, std::memory_order_relaxed);
}

void Dispatcher::abandon_parked(Operation* operation, bool keep_bytes) {
  give_up(*operation, UV_ECANCELED, keep_bytes);
  operation->state.store(OpState::kCancelled, std::memory_order_release);
  std::lock_guard<std::mutex> lock(mutex_);
  lanes_[operation->lane]->cancelled++;
  complete(operation);
}

// One that has begun is delivered with what it did, and so counts as running.
CancelResult Dispatcher::cancel_parked(Operation* operation) {
  const bool began = bytes_done(*operation) > 0;
  abandon_parked(operation, true);
  update_reference();
  announce();
  return began ? CancelResult::kRunning : CancelResult::kCancelled;
}

void Dispatcher::stop_waiting(OpenFile* file) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    file->stop_waiting = true;
  }
  const auto reads_file = [](const PollWaiter* waiter, const void* wanted) {
    return is_read(waiter->operation) && waiter->operation->file == wanted;
  };
  const std::vector<PollWaiter*> stopped =
      Poller::instance().remove_on(file->fd, this, reads_file, file);
  if (stopped.empty()) return;
  for (PollWaiter* waiter : stopped) {
    uncount_parked(waiter->operation);
    abandon_parked(waiter->operation, false);
  }
  update_reference();
  announce();
}

void Dispatcher::discard_parked() {
  for (PollWaiter* waiter : Poller::instance().remove_all(this)) {
    Operation* const operation = waiter->operation;
    uncount_parked(operation);
    give_up(*operation, UV_ECANCELED, false);
    operation->state.store(OpState::kCancelled, std::memory_order_release);
    discard_(context_, operation);
  }
}

}  // namespace uvfiles
