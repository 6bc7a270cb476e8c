#include "core/poller.h"

#include <algorithm>
#include <climits>

#include "core/clock.h"
#include "core/exit_signals.h"
#include "platform/thread.h"

namespace uvfiles {

Poller& Poller::instance() {
  static Poller* const poller = new Poller();  // its thread is never joined
  return *poller;
}

Poller::~Poller() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!running_) return;
  stopping_ = true;
  readiness_.wake();
  ended_.wait(lock, [this] { return !running_; });
}

int Poller::start_locked() {
  const int opened = readiness_.open();
  if (opened < 0) return opened;
  PinThisLibrary();
  const int started = platform::start_thread(
      "uvfiles-poll", [](void* self) { static_cast<Poller*>(self)->run(); }, this);
  running_ = started == 0;
  return started;
}

int Poller::start() {
  std::lock_guard<std::mutex> lock(mutex_);
  return running_ ? 0 : start_locked();
}

int Poller::add(PollWaiter* waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!running_) {
    const int started = start_locked();
    if (started < 0) return started;
  }
  waiter->index = waiters_.size();
  waiters_.push_back(waiter);
  changed();
  return 0;
}

// The thread shall wait for what there is now.
void Poller::changed() {
  version_++;
  if (woken_) return;
  woken_ = true;
  readiness_.wake();
}

void Poller::take_out(size_t index) {
  PollWaiter* const last = waiters_.back();
  waiters_[index]->index = SIZE_MAX;
  if (last != waiters_[index]) {
    waiters_[index] = last;
    last->index = index;
  }
  waiters_.pop_back();
}

// The thread may be polling the descriptor at this moment; what it says of it is then looked up in vain. A descriptor
// that is closed next is let go of by the kernel when poll returns, which the wake sees to.
bool Poller::remove(PollWaiter* waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (waiter->index == SIZE_MAX) return false;
  take_out(waiter->index);
  changed();
  return true;
}

std::vector<PollWaiter*> Poller::remove_all(const void* owner,
                                            bool (*matches)(const PollWaiter*, const void*),
                                            const void* argument) {
  std::vector<PollWaiter*> removed;
  std::lock_guard<std::mutex> lock(mutex_);
  for (size_t i = waiters_.size(); i-- > 0;) {
    PollWaiter* const waiter = waiters_[i];
    if (waiter->owner != owner || (matches != nullptr && !matches(waiter, argument))) continue;
    take_out(i);
    removed.push_back(waiter);
  }
  if (!removed.empty()) changed();
  return removed;
}

size_t Poller::waiting() {
  std::lock_guard<std::mutex> lock(mutex_);
  return waiters_.size();
}

// Milliseconds until the first waiter is due, rounded up: coming too early would only mean to come again.
int Poller::timeout_locked() {
  uint64_t first = UINT64_MAX;
  for (const PollWaiter* waiter : waiters_) {
    if (waiter->due_ns != 0) first = std::min(first, waiter->due_ns);
  }
  if (first == UINT64_MAX) return -1;
  const uint64_t now = now_ns();
  if (first <= now) return 0;
  return static_cast<int>(std::min<uint64_t>((first - now) / 1000000 + 1, INT_MAX));
}

// Who was removed meanwhile may be gone: an address is followed only when it still is among those that wait.
bool Poller::still_waits(const PollWaiter* waiter, const platform::Readiness& entry,
                         bool unchanged) const {
  if (unchanged) return true;
  if (std::find(waiters_.begin(), waiters_.end(), waiter) == waiters_.end()) return false;
  return waiter->fd == entry.fd && waiter->for_write == entry.for_write;
}

void Poller::run() {
  std::vector<platform::Readiness> entries;
  std::vector<PollWaiter*> polled;
  std::vector<PollWaiter*> ready;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    entries.clear();
    polled.clear();
    for (PollWaiter* waiter : waiters_) {
      if (waiter->fd < 0) continue;
      polled.push_back(waiter);
      entries.push_back({waiter->fd, waiter->for_write, false});
    }
    const int timeout = timeout_locked();
    const uint64_t version = version_;
    woken_ = false;
    lock.unlock();
    readiness_.wait(&entries, timeout);
    lock.lock();

    ready.clear();
    for (size_t i = 0; i < polled.size(); i++) {
      if (!entries[i].ready || !still_waits(polled[i], entries[i], version == version_)) continue;
      polled[i]->chosen = true;
      ready.push_back(polled[i]);
    }
    const uint64_t now = now_ns();
    for (PollWaiter* waiter : waiters_) {
      if (waiter->due_ns != 0 && waiter->due_ns <= now && !waiter->chosen) ready.push_back(waiter);
    }
    for (PollWaiter* waiter : ready) {
      waiter->chosen = false;
      take_out(waiter->index);
      waiter->ready(waiter);
    }
  }
  running_ = false;
  // Under the lock: the destructor must not end before this thread has let go of the members.
  ended_.notify_all();
}

}  // namespace uvfiles
