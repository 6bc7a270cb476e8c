#include "test/simulation/loop.h"

#include "test/simulation/scheduler.h"

namespace uvfiles {
namespace simulation {

namespace {

struct Work {
  uv_work_t* work;  // null: somebody else's
  uv_work_cb body;
};

struct Pool {
  std::deque<Work> queue;
  uint32_t running = 0;
  bool ending = false;
};
Pool pool;

void Worker() {
  for (;;) {
    while (pool.queue.empty()) {
      if (pool.ending) return;
      Block(&pool);
    }
    const Work next = pool.queue.front();
    pool.queue.pop_front();
    pool.running++;
    Step();
    if (next.work == nullptr) {
      Sleep(1000 + Random(20000));
    } else {
      next.body(next.work);
    }
    pool.running--;
    if (next.work == nullptr) continue;
    auto* const loop = static_cast<SimLoop*>(next.work->loop->data);
    loop->done.push_back(next.work);
    loop->Kick();
  }
}

}  // namespace

bool SimLoop::RunOnce() {
  kicked = false;
  Step();
  if (sent) {
    sent = false;
    on_async(async);
  }
  for (size_t left = done.size(); left > 0; left--) {
    uv_work_t* const work = done.front();
    done.pop_front();
    active_works--;
    work->after_work_cb(work, 0);
  }
  if (closing != nullptr) {
    uv_handle_t* const handle = closing;
    closing = nullptr;
    closed = true;
    on_close(handle);
  }
  return Alive();
}

bool SimLoop::RunWaiting() {
  if (!Alive()) return false;
  while (!sent && done.empty() && closing == nullptr && !kicked) Block(this);
  return RunOnce();
}

void SimLoop::Kick() {
  kicked = true;
  Unblock(this);
}

void StartPool(uint32_t threads) {
  pool = {};
  for (uint32_t i = 0; i < threads; i++) Start("pool thread", Worker);
}

void EndPool() {
  pool.ending = true;
  Unblock(&pool);
}

uint32_t PoolRunning() { return pool.running; }
uint32_t PoolQueued() { return static_cast<uint32_t>(pool.queue.size()); }

void QueueForeign() {
  pool.queue.push_back({nullptr, nullptr});
  Unblock(&pool);
}

}  // namespace simulation
}  // namespace uvfiles

// --- libuv's functions, as core/ calls them ---------------------------------------------------------------------------

using uvfiles::simulation::SimLoop;

extern "C" {

int uv_async_init(uv_loop_t* loop, uv_async_t* async, uv_async_cb callback) {
  auto* const self = static_cast<SimLoop*>(loop->data);
  async->loop = loop;
  self->async = async;
  self->on_async = callback;
  self->referenced = true;
  return 0;
}

int uv_async_send(uv_async_t* async) {
  uvfiles::simulation::Step();
  auto* const self = static_cast<SimLoop*>(async->loop->data);
  if (self->closed || self->closing != nullptr)
    uvfiles::simulation::Fail("uv_async_send after uv_close");
  self->sent = true;
  self->Kick();
  return 0;
}

void uv_ref(uv_handle_t* handle) { static_cast<SimLoop*>(handle->loop->data)->referenced = true; }
void uv_unref(uv_handle_t* handle) {
  static_cast<SimLoop*>(handle->loop->data)->referenced = false;
}

void uv_close(uv_handle_t* handle, uv_close_cb callback) {
  auto* const self = static_cast<SimLoop*>(handle->loop->data);
  self->closing = handle;
  self->on_close = callback;
  self->referenced = false;
  self->Kick();
}

int uv_queue_work(uv_loop_t* loop, uv_work_t* work, uv_work_cb body, uv_after_work_cb after) {
  auto* const self = static_cast<SimLoop*>(loop->data);
  work->loop = loop;
  work->work_cb = body;
  work->after_work_cb = after;
  self->active_works++;
  uvfiles::simulation::pool.queue.push_back({work, body});
  uvfiles::simulation::Unblock(&uvfiles::simulation::pool);
  uvfiles::simulation::Step();
  return 0;
}

}  // extern "C"
