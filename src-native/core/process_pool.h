// How many drain jobs the whole process may have in libuv's pool, and who waits for one.
//
// libuv has one pool for the process and one FIFO before it; Node's own dns, crypto, zlib and fs share it. All
// environments (main thread and workers) together keep `reserve` threads free for those.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>

#include <uv.h>

namespace uvfiles {

// Someone who waits for a permit: woken through its async handle, on its own loop thread.
struct PermitWaiter {
  uv_async_t* async = nullptr;
  bool waiting = false;   // in the pool's list
  uint32_t granted = 0;   // permits handed over and not yet used
};

class ProcessPool {
 public:
  static ProcessPool& instance();

  explicit ProcessPool(uint32_t threads, uint32_t reserve = 1);

  uint32_t threads() const { return threads_; }
  uint32_t limit();
  uint32_t reserve();
  // Takes effect as jobs end. At least one job is always allowed.
  void set_reserve(uint32_t reserve);

  // True: the caller may put one job into the pool. False: it is in the list and will be woken.
  bool acquire(PermitWaiter& waiter);
  // Gives a permit back: to the first waiter, if there is one.
  void release();
  // Forgets a waiter whose environment ends, with the permits it did not use.
  void forget(PermitWaiter& waiter);

  // Someone else waits: a job should end with its slice.
  bool contended();

  // What libuv will make of UV_THREADPOOL_SIZE: 4 by default, 1 to 1024.
  static uint32_t threads_from_environment();

 private:
  uint32_t limit_locked() const;
  void grant_locked();

  std::mutex mutex_;
  const uint32_t threads_;
  uint32_t reserve_;
  uint32_t in_use_ = 0;
  std::deque<PermitWaiter*> waiters_;
};

}  // namespace uvfiles
