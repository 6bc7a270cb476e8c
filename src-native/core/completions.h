// The dispatcher's finished operations. The loop thread is notified once until it has taken the list.
//
// Thread safety: the dispatcher's lock guards the list. The announcement may be made by any thread.
#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "core/operation.h"
#include "core/threads.h"

namespace uvfiles {

class Completions {
 public:
  // An announcement younger than this may not have reached the loop yet.
  static constexpr uint64_t kFreshNs = 100 * 1000;

  // `loop`: what wakes the loop, open before the first announcement.
  explicit Completions(uv_async_t* loop) : loop_(loop) {}

  // Under the lock.
  void Add(Operation* operation) {
    operation->next = nullptr;
    (last_ != nullptr ? last_->next : first_) = operation;
    last_ = operation;
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    bytes_ += operation->capacity;
    if (operation->memory != nullptr) bytes_ += operation->size;
  }
  // Without the lock: a hint. What it misses is announced, or taken by an after-work callback.
  bool MayHaveSome() const { return count_.load(std::memory_order_relaxed) > 0; }
  bool empty() const { return first_ == nullptr; }
  bool Untold() const { return !empty() && !announced_.load(std::memory_order_relaxed); }
  // Memory that the list holds.
  size_t bytes() const { return bytes_; }
  // The list, linked by `next` in the order in which the operations finished.
  Operation* TakeLocked(uint32_t* count) {
    Operation* const first = first_;
    *count = count_.load(std::memory_order_relaxed);
    first_ = last_ = nullptr;
    count_.store(0, std::memory_order_relaxed);
    bytes_ = 0;
    return first;
  }

  // Loop thread, without the lock, before the list is taken. Operations that are added from now on are announced again.
  // After the list is taken would be too late: operations added in between would not be announced.
  Operation* Take(Mutex* mutex, uint32_t* count) {
    announced_.store(false, std::memory_order_seq_cst);
    std::lock_guard<Mutex> lock(*mutex);
    return TakeLocked(count);
  }

  // Any thread. Wakes the loop, unless it has been woken since it last took the list.
  void Announce();
  // Pool thread, without the lock. Announces, and waits a moment for the loop to take the list. True: the loop is busy.
  bool StaysUnheard();

 private:
  uv_async_t* const loop_;
  Atomic<bool> announced_{false};
  Atomic<uint64_t> announced_ns_{0};

  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
  Atomic<uint32_t> count_{0};
  size_t bytes_ = 0;
};

}  // namespace uvfiles
