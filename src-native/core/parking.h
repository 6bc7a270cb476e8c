// The dispatcher's operations that wait for their descriptors. The poller has them, so they hold no thread. When they
// are ready, they go back to the inbox.
//
// A parked read does not keep the loop alive, because its pipe may never get data. A parked write does, because its
// bytes would be lost. `idle` counts the reads.
//
// Thread safety: `Park` is called by pool threads under the dispatcher's lock; everything else belongs to the loop thread. An
// operation that was taken back is its caller's, like one that was taken from a lane.
#pragma once

#include <uv.h>

#include <cstdint>
#include <vector>

#include "core/inbox.h"
#include "core/lane.h"
#include "core/poller.h"
#include "core/threads.h"

namespace uvfiles {

class Parking {
 public:
  // What has become ready is pushed on `inbox`, and `loop` is woken.
  Parking(Inbox* inbox, uv_async_t* loop, Poller& poller)
      : inbox_(inbox), loop_(loop), poller_(poller) {}

  // 0: it is parked. Or a negative code, and it is as it was: its file waits no longer (UV_ECANCELED), or there can be no
  // poller.
  int Park(Operation* operation, Lane* lane);

  // True: it was parked, and is the caller's.
  bool TakeBack(Operation* operation);
  // The reads that wait for the file.
  std::vector<Operation*> TakeBackReads(const OpenFile* file);
  std::vector<Operation*> TakeBackAll();

  // What is kQueued by now, since it became ready, is in the inbox on return.
  void AwaitPush() { poller_.AwaitReady(); }

  // Parked operations that do not keep the loop alive. The thread that lowers it wakes the loop,
  // which checks again.
  uint32_t idle() const { return idle_.load(std::memory_order_relaxed); }

 private:
  static void OnReady(PollWaiter* waiter);
  void Count(const Operation& operation, Lane* lane, int by);
  std::vector<Operation*> Uncounted(const std::vector<PollWaiter*>& waiters);

  Inbox* const inbox_;
  uv_async_t* const loop_;
  Poller& poller_;
  Atomic<uint32_t> idle_{0};
};

}  // namespace uvfiles
