#include "core/process_pool.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/clock.h"
#include "platform/thread.h"

namespace uvfiles {

// As libuv: atoi into an unsigned number, of which 0 means 1.
uint32_t ProcessPool::ThreadsFrom(const char* value) {
  if (value == nullptr) return 4;
  const uint32_t threads = static_cast<uint32_t>(static_cast<int>(std::strtol(value, nullptr, 10)));
  if (threads == 0) return 1;
  return threads > 1024 ? 1024 : threads;
}

// Never destroyed: it outlives every environment.
ProcessPool& ProcessPool::Instance() {
  static ProcessPool* const pool = [] {
    // libuv has read, or will read, one of these two values. With the smaller one, the reserve stays free in any case.
    std::string initial;
    const bool set = platform::InitialEnvironment("UV_THREADPOOL_SIZE", &initial);
    const uint32_t now = ThreadsFrom(std::getenv("UV_THREADPOOL_SIZE"));
    auto* const made = new ProcessPool(std::min(now, ThreadsFrom(set ? initial.c_str() : nullptr)));
    made->counted_.store(false, std::memory_order_relaxed);
    return made;
  }();
  return *pool;
}

ProcessPool::ProcessPool(uint32_t threads, uint32_t reserve)
    : threads_(threads), reserve_(reserve) {}

void ProcessPool::Queue(uv_loop_t* loop, uv_work_t* work, uv_work_cb body, uv_after_work_cb after) {
  if (counted_.load(std::memory_order_relaxed)) {
    // Fails only for a null callback.
    uv_queue_work(loop, work, body, after);
  } else {
    QueueFirst(loop, work, body, after);
  }
}

void ProcessPool::QueueFirst(uv_loop_t* loop, uv_work_t* work, uv_work_cb body,
                             uv_after_work_cb after) {
  counted_.store(true, std::memory_order_relaxed);
  const int before = platform::CountThreads(nullptr);
  uv_queue_work(loop, work, body, after);
  // The threads have names since libuv 1.50. With older versions, the pool's start shows because all of them come at once.
  const int named = platform::CountThreads("libuv-worker");
  const uint32_t wanted = ThreadsFrom(std::getenv("UV_THREADPOOL_SIZE"));
  const int come = platform::CountThreads(nullptr) - before;
  if (named > 0) {
    // A thread that a worker thread has just started has that thread's name for a moment.
    const uint32_t most = std::max(wanted, threads_.load(std::memory_order_relaxed));
    threads_.store(std::min(static_cast<uint32_t>(named), most), std::memory_order_relaxed);
  } else if (before >= 0 && come >= static_cast<int>(wanted)) {
    threads_.store(wanted, std::memory_order_relaxed);
  }
}

void ProcessPool::SetReserve(uint32_t reserve) {
  std::lock_guard<Mutex> lock(mutex_);
  reserve_.store(reserve, std::memory_order_relaxed);
  GrantLocked();
}

// Permits are given directly to waiters. If they were only returned, the environment that gave one back could take it
// again before the waiter's loop wakes. The next one in the list is woken, too, because the first one's loop may be
// busy.
void ProcessPool::GrantLocked() {
  bool granted = false;
  while (in_use_ < limit() && !waiters_.empty()) {
    PermitWaiter* const waiter = waiters_.front();
    waiters_.pop_front();
    waiter->waiting = false;
    waiter->granted++;
    waiter->granted_ns = NowNs();
    granted_.push_back(waiter);
    in_use_++;
    uv_async_send(waiter->async);
    granted = true;
  }
  if (granted && !waiters_.empty()) uv_async_send(waiters_.front()->async);
}

void ProcessPool::UseGrantLocked(PermitWaiter& waiter) {
  waiter.granted--;
  granted_.erase(std::find(granted_.begin(), granted_.end(), &waiter));
}

ProcessPool::Answer ProcessPool::Acquire(PermitWaiter& waiter) {
  std::lock_guard<Mutex> lock(mutex_);
  if (waiter.granted > 0) {
    UseGrantLocked(waiter);
    return Answer::kYes;
  }
  if (in_use_ < limit() && waiters_.empty()) {
    in_use_++;
    return Answer::kYes;
  }
  for (PermitWaiter* const idle : granted_) {
    if (NowNs() - idle->granted_ns < kUnusedNs) continue;
    // Its loop is busy. It stays first in the list.
    UseGrantLocked(*idle);
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

void ProcessPool::Release() {
  std::lock_guard<Mutex> lock(mutex_);
  released_ns_.store(NowNs(), std::memory_order_relaxed);
  in_use_--;
  GrantLocked();
}

void ProcessPool::Forget(PermitWaiter& waiter) {
  std::lock_guard<Mutex> lock(mutex_);
  if (waiter.waiting) waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &waiter));
  waiter.waiting = false;
  while (waiter.granted > 0) {
    UseGrantLocked(waiter);
    in_use_--;
  }
  GrantLocked();
}

bool ProcessPool::Contended(const PermitWaiter& self) {
  std::lock_guard<Mutex> lock(mutex_);
  if (in_use_ > limit()) return true;
  return waiters_.size() > (self.waiting ? 1 : 0);
}

}  // namespace uvfiles
