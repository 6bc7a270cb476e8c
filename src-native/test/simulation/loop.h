// The simulated libuv: loops whose events are flags, and one pool of threads with one queue.
#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <vector>

namespace uvfiles {
namespace simulation {

// One uv_loop_t, whose `data` points here. It has one async handle.
class SimLoop {
 public:
  SimLoop() { loop.data = this; }

  // Does what there is to do, without waiting. Returns false if nothing keeps the loop alive.
  bool RunOnce();
  // Like `RunOnce`, but first waits for something to do.
  bool RunWaiting();
  // Makes a waiting loop continue.
  void Kick();
  bool Alive() const { return referenced || active_works > 0 || closing != nullptr; }

  uv_loop_t loop;
  uv_async_t* async = nullptr;
  uv_async_cb on_async = nullptr;
  bool sent = false;
  bool referenced = false;
  uint32_t active_works = 0;
  std::deque<uv_work_t*> done;
  uv_handle_t* closing = nullptr;
  uv_close_cb on_close = nullptr;
  bool closed = false;
  bool kicked = false;
};

// The pool's threads, as fibers, until `EndPool`.
void StartPool(uint32_t threads);
void EndPool();
// The work that runs in the pool, and the work that waits for a thread.
uint32_t PoolRunning();
uint32_t PoolQueued();
// Queues another program's work, which takes a moment.
void QueueForeign();

}  // namespace simulation
}  // namespace uvfiles
