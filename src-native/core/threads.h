// The atomics, locks and pauses that core/ uses. They are defined only here, so that the simulation
// (test/simulation/) can replace them and let a seeded scheduler choose which thread takes the next
// step.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace uvfiles {

template <typename T>
using Atomic = std::atomic<T>;
using Mutex = std::mutex;
using ConditionVariable = std::condition_variable;

inline void PauseThread(uint64_t ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(ns)); }
inline void YieldThread() { std::this_thread::yield(); }

}  // namespace uvfiles
