// Finished operations: in which order the loop gets them, and how often it is told.
#include "core/completions.h"

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

// A loop that counts how often it was woken.
struct Loop {
  Loop() {
    REQUIRE(uv_loop_init(&loop) == 0);
    REQUIRE(uv_async_init(&loop, &async, [](uv_async_t* handle) {
              static_cast<Loop*>(handle->data)->wakeups++;
            }) == 0);
    async.data = this;
  }
  ~Loop() {
    uv_close(reinterpret_cast<uv_handle_t*>(&async), nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    REQUIRE(uv_loop_close(&loop) == 0);
  }
  int Wakeups() {
    uv_run(&loop, UV_RUN_NOWAIT);
    return wakeups;
  }

  uv_loop_t loop;
  uv_async_t async;
  int wakeups = 0;
};

}  // namespace

TEST("returns the list in the order of completion, with its number, and is empty afterwards") {
  Loop loop;
  Completions completions(&loop.async);
  Mutex mutex;
  Operation operations[3];
  for (Operation& each : operations) completions.Add(&each);
  uint32_t count = 0;
  Operation* next = completions.Take(&mutex, &count);
  CHECK_EQ(count, 3u);
  for (Operation& each : operations) {
    REQUIRE(next == &each);
    next = next->next;
  }
  CHECK(next == nullptr);
  CHECK(completions.empty());
  CHECK(completions.Take(&mutex, &count) == nullptr);
  CHECK_EQ(count, 0u);
}

TEST("notifies the loop once until it has taken the list, and again after that") {
  Loop loop;
  Completions completions(&loop.async);
  Mutex mutex;
  Operation operations[2];
  CHECK(!completions.Untold());
  completions.Add(&operations[0]);
  CHECK(completions.Untold());
  completions.Announce();
  CHECK(!completions.Untold());
  CHECK_EQ(loop.Wakeups(), 1);
  completions.Announce();
  CHECK_EQ(loop.Wakeups(), 1);
  uint32_t count;
  completions.Take(&mutex, &count);
  completions.Add(&operations[1]);
  CHECK(completions.Untold());
  completions.Announce();
  CHECK_EQ(loop.Wakeups(), 2);
}

TEST("considers a loop busy that does not take the list") {
  Loop loop;
  Completions completions(&loop.async);
  Operation operation;
  completions.Add(&operation);
  CHECK(completions.StaysUnheard());
}

TEST("counts the memory of undelivered results") {
  Loop loop;
  Completions completions(&loop.async);
  ResultMemory memory;
  Operation in_block;
  in_block.capacity = 4096;
  in_block.size = 100;
  Operation placed;
  placed.size = 100;
  placed.memory = &memory;
  completions.Add(&in_block);
  completions.Add(&placed);
  CHECK_EQ(completions.bytes(), 4196u);
  uint32_t count;
  completions.TakeLocked(&count);
  CHECK_EQ(completions.bytes(), 0u);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
