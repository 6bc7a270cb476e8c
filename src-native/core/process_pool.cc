#include "core/process_pool.h"

#include <algorithm>
#include <cstdlib>

namespace uvfiles {

uint32_t ProcessPool::threads_from_environment() {
  const char* const value = std::getenv("UV_THREADPOOL_SIZE");
  if (value == nullptr) return 4;
  const long threads = std::strtol(value, nullptr, 10);
  if (threads < 1) return 1;
  return threads > 1024 ? 1024 : static_cast<uint32_t>(threads);
}

ProcessPool& ProcessPool::instance() {
  static ProcessPool* const pool = new ProcessPool(threads_from_environment());  // outlives every environment
  return *pool;
}

ProcessPool::ProcessPool(uint32_t threads, uint32_t reserve) : threads_(threads), reserve_(reserve) {}

uint32_t ProcessPool::limit_locked() const { return threads_ > reserve_ ? threads_ - reserve_ : 1; }

uint32_t ProcessPool::limit() {
  std::lock_guard<std::mutex> lock(mutex_);
  return limit_locked();
}

uint32_t ProcessPool::reserve() {
  std::lock_guard<std::mutex> lock(mutex_);
  return reserve_;
}

void ProcessPool::set_reserve(uint32_t reserve) {
  std::lock_guard<std::mutex> lock(mutex_);
  reserve_ = reserve;
  grant_locked();
}

// Permits go straight to who waits: were they merely returned, the environment that gave one back could take it
// again before the waiter's loop has woken.
void ProcessPool::grant_locked() {
  while (in_use_ < limit_locked() && !waiters_.empty()) {
    PermitWaiter* const waiter = waiters_.front();
    waiters_.pop_front();
    waiter->waiting = false;
    waiter->granted++;
    in_use_++;
    uv_async_send(waiter->async);
  }
}

bool ProcessPool::acquire(PermitWaiter& waiter) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (waiter.granted > 0) {
    waiter.granted--;
    return true;
  }
  if (in_use_ < limit_locked() && waiters_.empty()) {
    in_use_++;
    return true;
  }
  if (!waiter.waiting) {
    waiter.waiting = true;
    waiters_.push_back(&waiter);
  }
  return false;
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
  in_use_ -= waiter.granted;
  waiter.granted = 0;
  grant_locked();
}

bool ProcessPool::contended() {
  std::lock_guard<std::mutex> lock(mutex_);
  return !waiters_.empty() || in_use_ > limit_locked();
}

}  // namespace uvfiles
