// Permits: how many there are, who gets the next one, and that none is lost.
#include "core/process_pool.h"

#include <uv.h>

#include <thread>

#include "core/clock.h"
#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

using Answer = ProcessPool::Answer;

// A waiter, with the async handle that wakes it.
struct Waiter {
  explicit Waiter(uv_loop_t* loop) {
    REQUIRE(uv_async_init(loop, &async, [](uv_async_t* handle) {
              static_cast<Waiter*>(handle->data)->woken++;
            }) == 0);
    async.data = this;
    permit.async = &async;
  }
  uv_async_t async;
  PermitWaiter permit;
  int woken = 0;
};

struct Scene {
  Scene() { REQUIRE(uv_loop_init(&loop) == 0); }
  ~Scene() {
    uv_walk(
        &loop, [](uv_handle_t* handle, void*) { uv_close(handle, nullptr); }, nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    REQUIRE(uv_loop_close(&loop) == 0);
  }
  void Listen() { uv_run(&loop, UV_RUN_NOWAIT); }
  uv_loop_t loop;
};

}  // namespace

TEST("reads UV_THREADPOOL_SIZE as libuv does") {
  CHECK_EQ(ProcessPool::ThreadsFrom(nullptr), 4u);
  CHECK_EQ(ProcessPool::ThreadsFrom("1"), 1u);
  CHECK_EQ(ProcessPool::ThreadsFrom(" 12x"), 12u);
  CHECK_EQ(ProcessPool::ThreadsFrom("128"), 128u);
  CHECK_EQ(ProcessPool::ThreadsFrom("5000"), 1024u);
  CHECK_EQ(ProcessPool::ThreadsFrom("0"), 1u);
  CHECK_EQ(ProcessPool::ThreadsFrom(""), 1u);
  CHECK_EQ(ProcessPool::ThreadsFrom("many"), 1u);
  CHECK_EQ(ProcessPool::ThreadsFrom("-5"), 1024u);
}

TEST("leaves the reserve free, but always allows one job") {
  CHECK_EQ(ProcessPool(4).limit(), 3u);
  CHECK_EQ(ProcessPool(1).limit(), 1u);
  CHECK_EQ(ProcessPool(2).limit(), 1u);
  CHECK_EQ(ProcessPool(4, 0).limit(), 4u);
  CHECK_EQ(ProcessPool(4, 100).limit(), 1u);
  CHECK_EQ(ProcessPool(128).limit(), 127u);
}

TEST("gives as many permits as the limit, and a returned one to the longest waiter") {
  Scene scene;
  ProcessPool pool(3);
  Waiter a(&scene.loop), b(&scene.loop), c(&scene.loop);
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);  // once in the list
  CHECK_EQ(pool.Acquire(c.permit), Answer::kWait);
  pool.Release();
  scene.Listen();
  CHECK_EQ(b.woken, 1);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kYes);
  pool.Release();
  scene.Listen();
  CHECK(c.woken >= 1);
  CHECK_EQ(pool.Acquire(c.permit), Answer::kYes);
}

TEST("a late request does not overtake those that wait") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), b(&scene.loop);
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);
  pool.Release();
  CHECK(pool.Acquire(a.permit) != Answer::kYes);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kYes);
}

TEST("a permit that its owner does not collect can be taken, and the owner stays first") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), busy(&scene.loop);
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.Acquire(busy.permit), Answer::kWait);
  pool.Release();
  Answer answer;
  while ((answer = pool.Acquire(a.permit)) == Answer::kAskAgain) std::this_thread::yield();
  CHECK_EQ(answer, Answer::kYes);
  CHECK_EQ(pool.Acquire(busy.permit), Answer::kWait);
  CHECK(pool.Contended(a.permit));
  pool.Release();
  CHECK_EQ(pool.Acquire(busy.permit), Answer::kYes);
  pool.Release();
  CHECK(!pool.Contended(a.permit));  // a's place in the list went with the permit it took
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
}

TEST("forgetting a waiter passes its permits on") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), b(&scene.loop), c(&scene.loop);
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);
  CHECK_EQ(pool.Acquire(c.permit), Answer::kWait);
  pool.Release();         // granted to b
  pool.Forget(b.permit);  // which ends without having used it
  CHECK_EQ(pool.Acquire(c.permit), Answer::kYes);
  pool.Forget(b.permit);  // again does nothing
  pool.Forget(c.permit);  // a permit in use is not forgotten
  CHECK_EQ(pool.Acquire(a.permit), Answer::kWait);
  pool.Release();
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
}

TEST("is contended when another environment waits, not when the same one does") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), b(&scene.loop);
  CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  CHECK(!pool.Contended(a.permit));
  CHECK_EQ(pool.Acquire(a.permit), Answer::kWait);
  CHECK(!pool.Contended(a.permit));
  CHECK(pool.Contended(b.permit));
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);
  CHECK(pool.Contended(a.permit));
}

TEST("a larger reserve takes effect as jobs end, a smaller one immediately") {
  Scene scene;
  ProcessPool pool(4);
  Waiter a(&scene.loop), b(&scene.loop);
  for (int i = 0; i < 3; i++) CHECK_EQ(pool.Acquire(a.permit), Answer::kYes);
  pool.SetReserve(3);
  CHECK_EQ(pool.limit(), 1u);
  CHECK(pool.Contended(a.permit));
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);
  pool.Release();
  pool.Release();
  CHECK_EQ(pool.Acquire(b.permit), Answer::kWait);  // one is still in use
  pool.SetReserve(1);
  scene.Listen();
  CHECK(b.woken >= 1);
  CHECK_EQ(pool.Acquire(b.permit), Answer::kYes);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
