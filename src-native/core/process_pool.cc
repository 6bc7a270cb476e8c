#include "core/process_pool.h"

#include <algorithm>
#include <cstdlib>

#include "core/clock.h"

namespace uvfiles {

uint32_t ProcessPool::threads_from_environment() {
  const char* const value = std::getenv("UV_THREADPOOL_SIZE");
  if (value == nullptr) return 4;
  const long threads = std::strtol(value, nullptr, 10);
  if (threads < 1) return 1;
  return threads > 1024 ? 1024 : static_cast<uint32_t>(threads);
}

ProcessPool& ProcessPool::instance() {
  static ProcessPool* const pool =
      new ProcessPool(threads_from_environment());  // outlives every environment
  return *pool;
}

ProcessPool::ProcessPool(uint32_t threads, uint32_t reserve)
    : threads_(threads), reserve_(reserve) {}

void ProcessPool::set_reserve(uint32_t reserve) {
  std::lock_guard<std::mutex> lock(mutex_);
  reserve_.store(reserve, std::memory_order_relaxed);
  grant_locked();
}

// Permits go straight to who waits: were they merely returned, the environment that gave one back could take it
// again before the waiter's loop has woken. Who is next in the list hears of it too, since that loop may be busy.
void ProcessPool::grant_locked() {
  bool granted = false;
  while (in_use_ < limit() && !waiters_.empty()) {
    PermitWaiter* const waiter = waiters_.front();
    waiters_.pop_front();
    waiter->waiting = false;
    waiter->granted++;
    waiter->granted_ns = now_ns();
    granted_.push_back(waiter);
    in_use_++;
    uv_async_send(waiter->async);
    granted = true;
  }
  if (granted && !waiters_.empty()) uv_async_send(waiters_.front()->async);
}

void ProcessPool::use_grant_locked(PermitWaiter& waiter) {
  waiter.granted--;
  granted_.erase(std::find(granted_.begin(), granted_.end(), &waiter));
}

ProcessPool::Answer ProcessPool::acquire(PermitWaiter& waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (waiter.granted > 0) {
    use_grant_locked(waiter);
    return Answer::kYes;
  }
  if (in_use_ < limit() && waiters_.empty()) {
    in_use_++;
    return Answer::kYes;
  }
  for (PermitWaiter* const idle : granted_) {
    if (now_ns() - idle->granted_ns < kUnusedNs) continue;
    // Its loop computes. It stays first in the list.
    use_grant_locked(*idle);
    if (!idle->waiting) waiters_.push_front(idle);
    idle->waiting = true;
    if (waiter.waiting) waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
    waiter.waiting = false;
    return Answer::kYes;
  }
  if (!waiter.waiting) {
    waiter.waiting = true;
    waiters_.push_back(&waiter);
  }
  return granted_.empty() ? Answer::kWait : Answer::kAskAgain;
}

void ProcessPool::release() {
  std::lock_guard<std::mutex> lock(mutex_);
  in_use_--;
  grant_locked();
}

void ProcessPool::forget(PermitWaiter& waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (waiter.waiting) waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
  waiter.waiting = false;
  while (waiter.granted > 0) {
    use_grant_locked(waiter);
    in_use_--;
  }
  grant_locked();
}

bool ProcessPool::contended(const PermitWaiter& self) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (in_use_ > limit()) return true;
  return waiters_.size() > (self.waiting ? 1 : 0);
}

}  // namespace uvfiles
