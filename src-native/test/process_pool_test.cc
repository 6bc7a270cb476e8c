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

// A waiter with the async handle by which it is woken.
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
  void listen() { uv_run(&loop, UV_RUN_NOWAIT); }
  uv_loop_t loop;
};

}  // namespace

TEST("reads UV_THREADPOOL_SIZE as libuv does") {
  CHECK_EQ(ProcessPool::threads_from(nullptr), 4u);
  CHECK_EQ(ProcessPool::threads_from("1"), 1u);
  CHECK_EQ(ProcessPool::threads_from(" 12x"), 12u);
  CHECK_EQ(ProcessPool::threads_from("128"), 128u);
  CHECK_EQ(ProcessPool::threads_from("5000"), 1024u);
  CHECK_EQ(ProcessPool::threads_from("0"), 1u);
  CHECK_EQ(ProcessPool::threads_from(""), 1u);
  CHECK_EQ(ProcessPool::threads_from("many"), 1u);
  CHECK_EQ(ProcessPool::threads_from("-5"), 1024u);
}

TEST("leaves the reserve free, but always allows one job") {
  CHECK_EQ(ProcessPool(4).limit(), 3u);
  CHECK_EQ(ProcessPool(1).limit(), 1u);
  CHECK_EQ(ProcessPool(2).limit(), 1u);
  CHECK_EQ(ProcessPool(4, 0).limit(), 4u);
  CHECK_EQ(ProcessPool(4, 100).limit(), 1u);
  CHECK_EQ(ProcessPool(128).limit(), 127u);
}

TEST("gives as many permits as the limit, and a returned one to who waits longest") {
  Scene scene;
  ProcessPool pool(3);
  Waiter a(&scene.loop), b(&scene.loop), c(&scene.loop);
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);  // once in the list
  CHECK_EQ(pool.acquire(c.permit), Answer::kWait);
  pool.release();
  scene.listen();
  CHECK_EQ(b.woken, 1);
  CHECK_EQ(pool.acquire(b.permit), Answer::kYes);
  pool.release();
  scene.listen();
  CHECK(c.woken >= 1);
  CHECK_EQ(pool.acquire(c.permit), Answer::kYes);
}

TEST("who comes late does not overtake those who wait") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), b(&scene.loop);
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);
  pool.release();
  CHECK(pool.acquire(a.permit) != Answer::kYes);
  CHECK_EQ(pool.acquire(b.permit), Answer::kYes);
}

TEST("a permit that its owner does not come for can be taken over, and the owner stays first") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), busy(&scene.loop);
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.acquire(busy.permit), Answer::kWait);
  pool.release();
  Answer answer;
  while ((answer = pool.acquire(a.permit)) == Answer::kAskAgain) std::this_thread::yield();
  CHECK_EQ(answer, Answer::kYes);
  CHECK_EQ(pool.acquire(busy.permit), Answer::kWait);
  CHECK(pool.contended(a.permit));
  pool.release();
  CHECK_EQ(pool.acquire(busy.permit), Answer::kYes);
  pool.release();
  CHECK(!pool.contended(a.permit));  // a's place in the list went with the permit it took
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
}

TEST("forgetting a waiter passes its permits on") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), b(&scene.loop), c(&scene.loop);
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);
  CHECK_EQ(pool.acquire(c.permit), Answer::kWait);
  pool.release();         // granted to b
  pool.forget(b.permit);  // which ends without having used it
  CHECK_EQ(pool.acquire(c.permit), Answer::kYes);
  pool.forget(b.permit);  // again does nothing
  pool.forget(c.permit);  // a permit in use is not forgotten
  CHECK_EQ(pool.acquire(a.permit), Answer::kWait);
  pool.release();
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
}

TEST("is contended when another waits, not when the asker does") {
  Scene scene;
  ProcessPool pool(2);
  Waiter a(&scene.loop), b(&scene.loop);
  CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  CHECK(!pool.contended(a.permit));
  CHECK_EQ(pool.acquire(a.permit), Answer::kWait);
  CHECK(!pool.contended(a.permit));
  CHECK(pool.contended(b.permit));
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);
  CHECK(pool.contended(a.permit));
}

TEST("a larger reserve takes effect as jobs end, a smaller one at once") {
  Scene scene;
  ProcessPool pool(4);
  Waiter a(&scene.loop), b(&scene.loop);
  for (int i = 0; i < 3; i++) CHECK_EQ(pool.acquire(a.permit), Answer::kYes);
  pool.set_reserve(3);
  CHECK_EQ(pool.limit(), 1u);
  CHECK(pool.contended(a.permit));
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);
  pool.release();
  pool.release();
  CHECK_EQ(pool.acquire(b.permit), Answer::kWait);  // one is still in use
  pool.set_reserve(1);
  scene.listen();
  CHECK(b.woken >= 1);
  CHECK_EQ(pool.acquire(b.permit), Answer::kYes);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
