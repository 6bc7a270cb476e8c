// In place of core/threads.h: the same names, on fibers. Each use of one is a step, after which another fiber may go on.
// What one fiber does between two steps is seen by the others at once: this finds what can happen in some order of steps,
// and TSan finds where the order of memory is too weak.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "test/simulation/scheduler.h"

namespace uvfiles {

template <typename T>
class Atomic {
 public:
  Atomic() = default;
  Atomic(T value) : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load(std::memory_order = std::memory_order_seq_cst) const {
    simulation::Step();
    return value_;
  }
  void store(T value, std::memory_order = std::memory_order_seq_cst) {
    simulation::Step();
    value_ = value;
  }
  T exchange(T value, std::memory_order = std::memory_order_seq_cst) {
    simulation::Step();
    const T before = value_;
    value_ = value;
    return before;
  }
  bool compare_exchange_strong(T& expected, T desired,
                               std::memory_order = std::memory_order_seq_cst) {
    simulation::Step();
    if (value_ == expected) {
      value_ = desired;
      return true;
    }
    expected = value_;
    return false;
  }
  bool compare_exchange_weak(T& expected, T desired,
                             std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, order);
  }
  T fetch_add(T by, std::memory_order = std::memory_order_seq_cst) {
    simulation::Step();
    const T before = value_;
    value_ = before + by;
    return before;
  }
  T fetch_sub(T by, std::memory_order = std::memory_order_seq_cst) {
    simulation::Step();
    const T before = value_;
    value_ = before - by;
    return before;
  }
  // The value, for the simulation itself: no step.
  T Peek() const { return value_; }

 private:
  T value_{};
};

class Mutex {
 public:
  void lock() {
    simulation::Step();
    while (held_) simulation::Block(this);
    held_ = true;
  }
  void unlock() {
    held_ = false;
    simulation::Unblock(this);
    simulation::Step();
  }

 private:
  bool held_ = false;
};

class ConditionVariable {
 public:
  void notify_all() { simulation::Unblock(this); }
  template <typename Lock, typename Condition>
  void wait(Lock& lock, Condition condition) {
    while (!condition()) {
      lock.mutex()->unlock();
      simulation::BlockFor(this, 1000 * 1000);  // the notice may have come before this
      lock.mutex()->lock();
    }
  }
};

inline void PauseThread(uint64_t ns) { simulation::Sleep(ns); }
inline void YieldThread() { simulation::Sleep(500); }

}  // namespace uvfiles
