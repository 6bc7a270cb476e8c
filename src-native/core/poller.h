// A thread that waits for descriptors that may never become ready, so that no pool thread has to.
//
// libuv joins the threads of its pool when the process exits, so a pool thread that reads a FIFO would make
// process.exit() hang. This thread is detached. It performs no operations: those that have become ready go back to
// their dispatcher.
//
// Invariant: `ready` is called under the poller's lock. So once `Remove` or `RemoveAll` has returned, `ready` is not
// running and will not run for what was removed. `ready` must not take a lock that is ever held while the poller is
// called.
//
// Thread safety: every member of Poller may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/threads.h"
#include "platform/readiness.h"

namespace uvfiles {

struct Operation;

// Who waits for what. It belongs to its owner, except between `Add` and the call of `ready` or a successful `Remove`.
struct PollWaiter {
  int fd = -1;  // -1: for `due_ns` only
  bool for_write = false;
  uint64_t due_ns = 0;  // also ready at this time; 0: never
  void (*ready)(PollWaiter* waiter) = nullptr;
  void* owner = nullptr;           // for remove_all
  void* context = nullptr;         // the owner's
  Operation* operation = nullptr;  // the owner's
  // The poller's.
  size_t index = SIZE_MAX;     // among those that wait
  uint64_t look_ns = 0;        // ready at this time, whatever for; 0: never
  PollWaiter* next = nullptr;  // on the same descriptor
  PollWaiter* previous = nullptr;
};

class Poller {
 public:
  // The process has one, which outlives every environment.
  static Poller& Instance();

  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  // Ends the thread: for tests. No waiter may be left.
  ~Poller();

  // Starts the thread if there is none. 0, or a negative code: it needs memory and, for the first time, descriptors.
  int Start();
  // Starts the thread if there is none. 0, or a negative code if that failed, and the waiter does not wait.
  int Add(PollWaiter* waiter);
  // True if it waited. `ready` will not be called then. False if it does not wait, or not any more.
  bool Remove(PollWaiter* waiter);
  // Removes all of an owner's waiters, and returns them.
  std::vector<PollWaiter*> RemoveAll(const void* owner);
  // Removes those that wait for `fd` and for which `matches` is true. The cost does not depend on how many others wait.
  std::vector<PollWaiter*> RemoveOn(int fd, const void* owner,
                                    bool (*matches)(const PollWaiter*, const void*),
                                    const void* argument);

  // Returns when all calls of `ready` that had begun before have ended.
  void AwaitReady();

  size_t Waiting();

 private:
  struct Descriptor {
    PollWaiter* first = nullptr;  // of those that wait for it
    size_t readers = 0;
    size_t writers = 0;
  };

  // Under the lock.
  int StartLocked();
  void Watch(int fd, const Descriptor& descriptor);
  void LookAt(PollWaiter* waiter, uint64_t time_ns);
  PollWaiter* FirstOn(int fd) const;
  void TakeOut(PollWaiter* waiter);
  void Drop(PollWaiter* waiter);
  int Timeout();
  void ChooseOn(const platform::Readiness& report);

  void Run();

  Mutex mutex_;
  ConditionVariable ended_;
  std::vector<PollWaiter*> waiters_;
  std::unordered_map<int, Descriptor> on_fd_;
  std::set<std::pair<uint64_t, PollWaiter*>>
      to_look_at_;                  // those that have a time, the earliest first
  std::vector<PollWaiter*> ready_;  // by the thread, out of one round
  platform::ReadinessWaiter readiness_;
  bool running_ = false;
  bool stopping_ = false;
  uint64_t sleeps_until_ns_ = 0;  // the thread wakes by itself then; UINT64_MAX: never
};

}  // namespace uvfiles
