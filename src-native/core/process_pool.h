// How many drain jobs the process may have in libuv's pool, and which dispatchers wait for one.
//
// libuv has one pool with one FIFO queue per process, which Node's own dns, crypto, zlib and fs use, too. All
// environments (the main thread and workers) together leave `reserve` threads to those.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "core/threads.h"

namespace uvfiles {

// A dispatcher that waits for a permit. Its async handle wakes its loop thread.
struct PermitWaiter {
  uv_async_t* async = nullptr;
  bool waiting = false;     // in the pool's list
  uint32_t granted = 0;     // permits handed over and not yet used
  uint64_t granted_ns = 0;  // when
};

class ProcessPool {
 public:
  static ProcessPool& Instance();

  explicit ProcessPool(uint32_t threads, uint32_t reserve = 1);

  uint32_t threads() const { return threads_.load(std::memory_order_relaxed); }
  uint32_t limit() const {
    const uint32_t all = threads();
    const uint32_t reserve = reserve_.load(std::memory_order_relaxed);
    return all > reserve ? all - reserve : 1;
  }
  uint32_t reserve() const { return reserve_.load(std::memory_order_relaxed); }
  // Takes effect as jobs end. At least one job is always allowed.
  void SetReserve(uint32_t reserve);

  enum class Answer : uint8_t {
    kYes,      // the caller may put one job into the pool
    kWait,     // it is in the list and will be woken
    kAskAgain  // as kWait, but a permit was just given to someone who may be too busy to use it
  };
  Answer Acquire(PermitWaiter& waiter);
  // Gives a permit back: to the first waiter, if there is one.
  void Release();
  // Takes the waiter off the list, and takes back the permits that it has not used.
  void Forget(PermitWaiter& waiter);

  // When a permit was last given back. If all are in use and none is given back for long, their
  // jobs hang.
  uint64_t released_ns() const { return released_ns_.load(std::memory_order_relaxed); }

  // Whether another one than `self` waits, so that a job should end with its slice.
  bool Contended(const PermitWaiter& self);

  // If a permit is not used for so long, the loop that it was given to is busy, and another one may take it.
  static constexpr uint64_t kUnusedNs = 100 * 1000;

  // How libuv interprets a value of UV_THREADPOOL_SIZE (null: it is not set): 4 by default, 1 to
  // 1024.
  static uint32_t ThreadsFrom(const char* value);

  // uv_queue_work. The first work of all shows how many threads there are: libuv reads its variable when its pool starts,
  // and the program may have set it since. Loop thread of `loop`.
  void Queue(uv_loop_t* loop, uv_work_t* work, uv_work_cb body, uv_after_work_cb after);

 private:
  void GrantLocked();
  void UseGrantLocked(PermitWaiter& waiter);

  void QueueFirst(uv_loop_t* loop, uv_work_t* work, uv_work_cb body, uv_after_work_cb after);

  Mutex mutex_;
  Atomic<uint32_t> threads_;
  Atomic<bool> counted_{true};  // false: `threads_` is a careful guess
  Atomic<uint32_t> reserve_;    // read at every submission
  Atomic<uint64_t> released_ns_{0};
  uint32_t in_use_ = 0;
  std::deque<PermitWaiter*> waiters_;
  std::vector<PermitWaiter*> granted_;  // those with permits not yet used
};

}  // namespace uvfiles
