#include "core/poller.h"

#include <algorithm>
#include <climits>

#include "core/clock.h"
#include "core/exit_signals.h"
#include "platform/thread.h"

namespace uvfiles {

namespace {

// How often a descriptor is checked if the system refuses to wait for it.
constexpr uint64_t kLookAgainNs = 5 * 1000 * 1000;

}  // namespace

Poller& Poller::Instance() {
  static Poller* const poller = new Poller();  // its thread is never joined
  return *poller;
}

Poller::~Poller() {
  std::unique_lock<Mutex> lock(mutex_);
  if (!running_) return;
  stopping_ = true;
  readiness_.Wake();
  ended_.wait(lock, [this] { return !running_; });
}

int Poller::StartLocked() {
  const int opened = readiness_.Open();
  if (opened < 0) return opened;
  PinThisLibrary();
  const int started = platform::StartThread(
      "uvfiles-poll", [](void* self) { static_cast<Poller*>(self)->Run(); }, this);
  running_ = started == 0;
  return started;
}

int Poller::Start() {
  std::lock_guard<Mutex> lock(mutex_);
  return running_ ? 0 : StartLocked();
}

int Poller::Add(PollWaiter* waiter) {
  std::lock_guard<Mutex> lock(mutex_);
  if (!running_) {
    const int started = StartLocked();
    if (started < 0) return started;
  }
  waiter->index = waiters_.size();
  waiters_.push_back(waiter);
  waiter->look_ns = 0;
  if (waiter->due_ns != 0) LookAt(waiter, waiter->due_ns);
  if (waiter->fd < 0) return 0;
  Descriptor& descriptor = on_fd_[waiter->fd];
  waiter->previous = nullptr;
  waiter->next = descriptor.first;
  if (waiter->next != nullptr) waiter->next->previous = waiter;
  descriptor.first = waiter;
  (waiter->for_write ? descriptor.writers : descriptor.readers)++;
  Watch(waiter->fd, descriptor);
  return 0;
}

// Asks the system for what the waiters of a descriptor want.
void Poller::Watch(int fd, const Descriptor& descriptor) {
  using Watched = platform::ReadinessWaiter::Watched;
  const Watched watched = readiness_.Watch(fd, descriptor.readers > 0, descriptor.writers > 0);
  if (watched == Watched::kYes) return;
  const uint64_t look_ns = NowNs() + (watched == Watched::kReady ? 0 : kLookAgainNs);
  for (PollWaiter* each = descriptor.first; each != nullptr; each = each->next)
    LookAt(each, look_ns);
}

// The waiter is ready at this time, if not before.
void Poller::LookAt(PollWaiter* waiter, uint64_t time_ns) {
  if (waiter->look_ns != 0) {
    if (waiter->look_ns <= time_ns) return;
    to_look_at_.erase({waiter->look_ns, waiter});
  }
  waiter->look_ns = time_ns;
  to_look_at_.insert({time_ns, waiter});
  if (time_ns >= sleeps_until_ns_) return;
  sleeps_until_ns_ = time_ns;
  readiness_.Wake();
}

// The system may go on waiting for the descriptor: see `Drop`.
void Poller::TakeOut(PollWaiter* waiter) {
  PollWaiter* const last = waiters_.back();
  waiters_[waiter->index] = last;
  last->index = waiter->index;
  waiters_.pop_back();
  waiter->index = SIZE_MAX;
  if (waiter->look_ns != 0) to_look_at_.erase({waiter->look_ns, waiter});
  waiter->look_ns = 0;
  if (waiter->fd < 0) return;
  const auto found = on_fd_.find(waiter->fd);
  Descriptor& descriptor = found->second;
  if (waiter->next != nullptr) waiter->next->previous = waiter->previous;
  (waiter->previous != nullptr ? waiter->previous->next : descriptor.first) = waiter->next;
  (waiter->for_write ? descriptor.writers : descriptor.readers)--;
  if (descriptor.first == nullptr) on_fd_.erase(found);
}

PollWaiter* Poller::FirstOn(int fd) const {
  const auto found = on_fd_.find(fd);
  return found == on_fd_.end() ? nullptr : found->second.first;
}

// If others still wait for the descriptor, it stays watched as before. Reports for which nothing waits are ignored.
void Poller::Drop(PollWaiter* waiter) {
  TakeOut(waiter);
  if (waiter->fd >= 0 && on_fd_.count(waiter->fd) == 0) readiness_.Unwatch(waiter->fd);
}

bool Poller::Remove(PollWaiter* waiter) {
  std::lock_guard<Mutex> lock(mutex_);
  if (waiter->index == SIZE_MAX) return false;
  Drop(waiter);
  return true;
}

std::vector<PollWaiter*> Poller::RemoveAll(const void* owner) {
  std::vector<PollWaiter*> removed;
  std::lock_guard<Mutex> lock(mutex_);
  for (size_t i = waiters_.size(); i-- > 0;) {
    PollWaiter* const waiter = waiters_[i];
    if (waiter->owner != owner) continue;
    Drop(waiter);
    removed.push_back(waiter);
  }
  return removed;
}

std::vector<PollWaiter*> Poller::RemoveOn(int fd, const void* owner,
                                          bool (*matches)(const PollWaiter*, const void*),
                                          const void* argument) {
  std::vector<PollWaiter*> removed;
  std::lock_guard<Mutex> lock(mutex_);
  PollWaiter* waiter = FirstOn(fd);
  while (waiter != nullptr) {
    PollWaiter* const after = waiter->next;
    if (waiter->owner == owner && matches(waiter, argument)) {
      Drop(waiter);
      removed.push_back(waiter);
    }
    waiter = after;
  }
  return removed;
}

void Poller::AwaitReady() { std::lock_guard<Mutex> lock(mutex_); }

size_t Poller::Waiting() {
  std::lock_guard<Mutex> lock(mutex_);
  return waiters_.size();
}

// Milliseconds until the first waiter has to be checked. They are rounded up, because a check that comes too early has
// to be repeated.
int Poller::Timeout() {
  sleeps_until_ns_ = to_look_at_.empty() ? UINT64_MAX : to_look_at_.begin()->first;
  if (sleeps_until_ns_ == UINT64_MAX) return -1;
  const uint64_t now = NowNs();
  if (sleeps_until_ns_ <= now) return 0;
  return static_cast<int>(std::min<uint64_t>((sleeps_until_ns_ - now) / 1000000 + 1, INT_MAX));
}

// Takes out the waiters whose condition was reported, and watches the descriptor for the others.
void Poller::ChooseOn(const platform::Readiness& report) {
  PollWaiter* waiter = FirstOn(report.fd);
  while (waiter != nullptr) {
    PollWaiter* const after = waiter->next;
    if (waiter->for_write ? report.writable : report.readable) {
      TakeOut(waiter);
      ready_.push_back(waiter);
    }
    waiter = after;
  }
  const auto left = on_fd_.find(report.fd);
  if (left != on_fd_.end()) Watch(report.fd, left->second);
}

void Poller::Run() {
  std::vector<platform::Readiness> reports;
  std::unique_lock<Mutex> lock(mutex_);
  while (!stopping_) {
    const int timeout_ms = Timeout();
    lock.unlock();
    readiness_.Wait(&reports, timeout_ms);
    lock.lock();
    sleeps_until_ns_ = 0;  // awake: nothing needs to wake it

    for (const platform::Readiness& report : reports) ChooseOn(report);
    const uint64_t now = NowNs();
    while (!to_look_at_.empty() && to_look_at_.begin()->first <= now) {
      PollWaiter* const waiter = to_look_at_.begin()->second;
      TakeOut(waiter);
      ready_.push_back(waiter);
    }
    for (PollWaiter* waiter : ready_) waiter->ready(waiter);
    ready_.clear();
  }
  running_ = false;
  // Under the lock: the destructor must not end before this thread has let go of the members.
  ended_.notify_all();
}

}  // namespace uvfiles
