// The one thread of our own: it waits for descriptors that may never become ready, so that no pool thread has to.
//
// libuv joins its pool's threads when the process exits, so a pool thread in a FIFO's read would make even
// process.exit() hang; this thread is detached and in nobody's way. It performs no operation: what has become ready
// goes back to where it came from.
//
// Invariant: `ready` is called under the poller's lock, so that once `Remove` or `RemoveAll` has returned, it neither
// runs nor will run for what was removed. Hence `ready` takes no lock that is ever held while calling the poller.
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

// Who waits for what. Its owner's, except between `Add` and the call of `ready` or a successful `Remove`.
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
  // The process's. It outlives every environment.
  static Poller& Instance();

  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  // Ends the thread: for tests. No waiter may be left.
  ~Poller();

  // Starts the thread if there is none. 0, or a negative code: it needs memory and, for the first time, descriptors.
  int Start();
  // Starts the thread when it is the first. 0, or a negative code when there can be no thread: it does not wait then.
  int Add(PollWaiter* waiter);
  // True: it waited, and `ready` will not be called. False: it does not wait (any more).
  bool Remove(PollWaiter* waiter);
  // Removes all of an owner's waiters, and returns them.
  std::vector<PollWaiter*> RemoveAll(const void* owner);
  // Those among them that wait for `fd` and for which `matches` says so. Its cost does not grow with the others.
  std::vector<PollWaiter*> RemoveOn(int fd, const void* owner,
                                    bool (*matches)(const PollWaiter*, const void*),
                                    const void* argument);

  // Returns when no call of `ready` that had begun before is under way.
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
