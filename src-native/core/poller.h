// The one thread of our own: it waits for descriptors that may never become ready, so that no pool thread has to.
//
// libuv joins its pool's threads when the process exits, so a pool thread in a FIFO's read would make even
// process.exit() hang; this thread is detached and in nobody's way. It performs no operation: what has become ready
// goes back to where it came from.
//
// Invariant: `ready` is called under the poller's lock, so that once `remove` or `remove_all` has returned, it neither
// runs nor will run for what was removed. Hence `ready` takes no lock that is ever held while calling the poller.
//
// Thread safety: every member of Poller may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "platform/readiness.h"

namespace uvfiles {

struct Operation;

// Who waits for what. Its owner's, except between `add` and the call of `ready` or a successful `remove`.
struct PollWaiter {
  int fd = -1;  // -1: for `due_ns` only
  bool for_write = false;
  uint64_t due_ns = 0;  // also ready at this time; 0: never
  void (*ready)(PollWaiter* waiter) = nullptr;
  void* owner = nullptr;           // for remove_all
  void* context = nullptr;         // the owner's
  Operation* operation = nullptr;  // the owner's
  size_t index = SIZE_MAX;         // among those that wait; the poller's
  bool chosen = false;             // the poller's
};

class Poller {
 public:
  // The process's. It outlives every environment.
  static Poller& instance();

  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  // Ends the thread: for tests. No waiter may be left.
  ~Poller();

  // Starts the thread if there is none. 0, or a negative code: it needs memory and, for the first time, descriptors.
  int start();
  // Starts the thread when it is the first. 0, or a negative code when there can be no thread: it does not wait then.
  int add(PollWaiter* waiter);
  // True: it waited, and `ready` will not be called. False: it does not wait (any more).
  bool remove(PollWaiter* waiter);
  // Removes all of an owner's waiters for which `matches` (null: all) says so, and returns them.
  std::vector<PollWaiter*> remove_all(const void* owner,
                                      bool (*matches)(const PollWaiter*, const void*) = nullptr,
                                      const void* argument = nullptr);

  size_t waiting();

 private:
  int start_locked();
  void run();
  int timeout_locked();
  void take_out(size_t index);
  void changed();
  bool still_waits(const PollWaiter* waiter, const platform::Readiness& entry,
                   bool unchanged) const;

  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<PollWaiter*> waiters_;
  platform::ReadinessWaiter readiness_;
  bool running_ = false;
  bool stopping_ = false;
  uint64_t version_ = 0;  // of the list
  bool woken_ = false;    // a wake is on its way: one is enough
};

}  // namespace uvfiles
