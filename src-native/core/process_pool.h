// How many drain jobs the whole process may have in libuv's pool, and who waits for one.
//
// libuv has one pool for the process and one FIFO before it; Node's own dns, crypto, zlib and fs share it. All
// environments (main thread and workers) together keep `reserve` threads free for those.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace uvfiles {

// Someone who waits for a permit: woken through its async handle, on its own loop thread.
struct PermitWaiter {
  uv_async_t* async = nullptr;
  bool waiting = false;     // in the pool's list
  uint32_t granted = 0;     // permits handed over and not yet used
  uint64_t granted_ns = 0;  // when
};

class ProcessPool {
 public:
  static ProcessPool& instance();

  explicit ProcessPool(uint32_t threads, uint32_t reserve = 1);

  uint32_t threads() const { return threads_; }
  uint32_t limit() const {
    const uint32_t reserve = reserve_.load(std::memory_order_relaxed);
    return threads_ > reserve ? threads_ - reserve : 1;
  }
  uint32_t reserve() const { return reserve_.load(std::memory_order_relaxed); }
  // Takes effect as jobs end. At least one job is always allowed.
  void set_reserve(uint32_t reserve);

  enum class Answer : uint8_t {
    kYes,      // the caller may put one job into the pool
    kWait,     // it is in the list and will be woken
    kAskAgain  // as kWait, but a permit was just given to someone who may be too busy to use it
  };
  Answer acquire(PermitWaiter& waiter);
  // Gives a permit back: to the first waiter, if there is one.
  void release();
  // The waiter needs nothing more: takes it from the list, with the permits it did not use.
  void forget(PermitWaiter& waiter);

  // Someone else than `self` waits: a job should end with its slice.
  bool contended(const PermitWaiter& self);

  // A permit unused for so long belongs to a loop that is busy: whoever asks may have it.
  static constexpr uint64_t kUnusedNs = 100 * 1000;

  // What libuv will make of UV_THREADPOOL_SIZE: 4 by default, 1 to 1024.
  static uint32_t threads_from_environment();

 private:
  void grant_locked();
  void use_grant_locked(PermitWaiter& waiter);

  std::mutex mutex_;
  const uint32_t threads_;
  std::atomic<uint32_t> reserve_;  // read at every submission
  uint32_t in_use_ = 0;
  std::deque<PermitWaiter*> waiters_;
  std::vector<PermitWaiter*> granted_;  // those with permits not yet used
};

}  // namespace uvfiles
