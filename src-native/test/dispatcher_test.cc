// The dispatcher on libuv's real pool, one loop: cancelling, deadlines, slices and closing.
#include "core/dispatcher.h"

#include <string>

#include "test/dispatcher_support.h"

namespace uvfiles {
namespace test {

TEST("keeps the loop alive while an operation runs") {
  ProcessPool pool(kThreads);
  Station station(pool);
  Gate gate;
  station.Submit([&] { gate.Pass(); });
  gate.AwaitWaiting(1);
  CHECK(uv_loop_alive(&station.loop) != 0);
  gate.Open();
  station.RunAll();
  CHECK_EQ(station.delivered, 1);
  CHECK(uv_loop_alive(&station.loop) == 0);
}

TEST("never runs more jobs than the pool allows, and leaves the reserve free") {
  ProcessPool pool(kThreads, 2);
  Station station(pool);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  for (int i = 0; i < 200; i++) {
    station.Submit([&] {
      const int now = ++running;
      int seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      running--;
    });
  }
  station.RunAll();
  CHECK_EQ(most.load(), 2);
}

TEST("a cancelled operation in the queue makes no call and is delivered once") {
  ProcessPool pool(2);
  Station station(pool);
  Gate gate;
  Occupy(station, gate, 1);
  Lambda* const kept = station.Submit(Nothing);
  Lambda* const cancelled = station.Submit(Nothing);
  CHECK_EQ(station.dispatcher->Cancel(cancelled->operation), CancelResult::kCancelled);
  CHECK_EQ(station.dispatcher->Cancel(cancelled->operation), CancelResult::kFinished);
  gate.Open();
  station.RunAll();
  CHECK_EQ(cancelled->runs.load(), 0);
  CHECK_EQ(cancelled->delivered, 1);
  CHECK_EQ(cancelled->result, int64_t{UV_ECANCELED});
  CHECK_EQ(kept->result, 0);
}

TEST("a cancelled operation that runs finishes, and a task is asked to stop") {
  ProcessPool pool(2);
  Station station(pool);
  Gate gate;
  bool asked = false;
  Lambda* const running = station.Submit([&](Lambda& self, const Slice&) {
    gate.Pass();
    asked = self.cancelled();
    return Step::kDone;
  });
  gate.AwaitWaiting(1);
  CHECK_EQ(station.dispatcher->Cancel(running->operation), CancelResult::kRunning);
  gate.Open();
  station.RunAll();
  CHECK(asked);
  CHECK_EQ(running->delivered, 1);
  CHECK_EQ(running->result, 0);
}

TEST("a cancelled task that had yielded its thread is not run again") {
  ProcessPool pool(2);
  Station station(pool);
  std::atomic<int> steps{0};
  Lambda* const task = station.Submit([&](Lambda&, const Slice&) {
    steps++;
    return Step::kAgain;
  });
  station.RunUntil([&] { return steps.load() > 3; });
  station.dispatcher->Cancel(task->operation);
  station.RunAll();
  CHECK_EQ(task->delivered, 1);
  CHECK_EQ(task->result, int64_t{UV_ECANCELED});
}

TEST("a cancelled task that has to clean up is run to its end") {
  ProcessPool pool(2);
  Station station(pool);
  std::atomic<int> steps{0};
  int steps_to_clean = 3;
  Lambda* const task = station.Submit([&](Lambda& self, const Slice&) {
    self.concludes = true;
    steps++;
    if (!self.cancelled() || --steps_to_clean > 0) return Step::kAgain;
    self.error.code = UV_ECANCELED;
    return Step::kDone;
  });
  station.RunUntil([&] { return steps.load() > 3; });
  CHECK_EQ(station.dispatcher->Cancel(task->operation), CancelResult::kRunning);
  station.RunAll();
  CHECK_EQ(steps_to_clean, 0);
  CHECK_EQ(task->delivered, 1);
  CHECK_EQ(task->result, int64_t{UV_ECANCELED});
}

TEST("a task that has to clean up does not expire between its slices") {
  ProcessPool pool(2);
  Station station(pool);
  int steps = 0;
  Lambda* const late = station.Submit([&](Lambda& self, const Slice&) {
    self.concludes = true;
    if (steps == 1) self.operation->timeout_ms = 1e-6f;
    return ++steps < 5 ? Step::kAgain : Step::kDone;
  });
  station.RunAll();
  CHECK_EQ(steps, 5);
  CHECK_EQ(late->result, int64_t{0});
}

TEST("an operation whose deadline has passed is not run") {
  ProcessPool pool(2);
  Station station(pool);
  Gate gate;
  Occupy(station, gate, 1);
  Lambda* const late = station.Submit(Once(Nothing), Dispatcher::kDefaultLane, 1e-6f);
  Lambda* const early = station.Submit(Once(Nothing), Dispatcher::kDefaultLane, 3600e3f);
  gate.Open();
  station.RunAll();
  CHECK_EQ(late->runs.load(), 0);
  CHECK_EQ(late->delivered, 1);
  CHECK(late->result < 0);
  CHECK_EQ(early->runs.load(), 1);
  CHECK_EQ(early->result, 0);
}

TEST("goes on while the loop is blocked") {
  ProcessPool pool(kThreads);
  Station station(pool);
  std::atomic<int> done{0};
  for (int i = 0; i < 100; i++) {
    station.Submit([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(500));
      done++;
    });
  }
  // Far more than a slice's worth, and nobody runs the loop.
  while (done.load() < 100) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK_EQ(station.delivered, 0);
  station.RunAll();
  CHECK_EQ(station.delivered, 100);
}

TEST("goes on while the loop is blocked, even if it got fewer jobs than it requested") {
  ProcessPool pool(3);
  Station station(pool);
  Station other(pool);
  Gate gate;
  Occupy(other, gate, 1);
  std::atomic<int> done{0};
  for (int i = 0; i < 50; i++) {
    station.Submit([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(500));
      done++;
    });
  }
  while (done.load() < 50) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  gate.Open();
  station.RunAll();
  other.RunAll();
  CHECK_EQ(station.delivered, 50);
}

TEST("other work in the pool gets its turn while a long queue is drained") {
  ProcessPool pool(kThreads, 0);  // no thread is kept free
  Station station(pool);
  for (int i = 0; i < 2000; i++) {
    station.Submit([] { std::this_thread::sleep_for(std::chrono::microseconds(200)); });
  }
  struct Foreign {
    uv_work_t work;
    Station* station;
    int delivered_before = -1;
  } foreign;
  foreign.work.data = &foreign;
  foreign.station = &station;
  uv_queue_work(
      &station.loop, &foreign.work, [](uv_work_t*) {},
      [](uv_work_t* work, int) {
        auto* const self = static_cast<Foreign*>(work->data);
        self->delivered_before = self->station->delivered;
      });
  station.RunAll();
  CHECK_EQ(station.delivered, 2000);
  CHECK(foreign.delivered_before >= 0 && foreign.delivered_before < 1000);
}

TEST("a task that yields its thread lets others pass, and continues") {
  ProcessPool pool(2);
  Station station(pool);
  int steps = 0;
  int steps_when_other_ran = -1;
  Lambda* const slow = station.Submit([&](Lambda&, const Slice&) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    return ++steps < 50 ? Step::kAgain : Step::kDone;
  });
  station.Submit([&] { steps_when_other_ran = steps; });
  station.RunAll();
  CHECK_EQ(steps, 50);
  CHECK_EQ(slow->delivered, 1);
  CHECK(steps_when_other_ran >= 0 && steps_when_other_ran < 10);
}

TEST("an operation that hangs does not delay those after it, even in a fast lane") {
  ProcessPool pool(kThreads);
  Station station(pool);
  for (int i = 0; i < 3000; i++) station.Submit(Nothing);
  station.RunAll();
  Gate gate;
  Lambda* const hanging = station.Submit([&] { gate.Pass(); });
  const int before = station.delivered;
  for (int i = 0; i < 100; i++) station.Submit(Nothing);
  // Those that were taken together with the one that hangs are taken back.
  station.RunUntil([&] { return station.delivered - before == 100; });
  CHECK_EQ(hanging->delivered, 0);
  gate.Open();
  station.RunAll();
  CHECK_EQ(station.delivered, before + 101);
}

TEST("what was done before an operation that hangs is delivered, even without another job") {
  ProcessPool pool(2);
  Station station(pool);
  for (int i = 0; i < 3000; i++) station.Submit(Nothing);
  station.RunAll();
  for (int round = 0; round < 20; round++) {
    Gate gate;
    const int before = station.delivered;
    for (int i = 0; i < 6; i++) station.Submit(Nothing);
    station.Submit([&] { gate.Pass(); });
    for (int i = 0; i < 6; i++) station.Submit(Nothing);
    station.RunUntil([&] { return station.delivered - before == 6; });
    gate.Open();
    station.RunAll();
    for (int i = 0; i < 300; i++) station.Submit(Nothing);  // the lane is fast again
    station.RunAll();
  }
}

TEST("finish_now cancels an operation that has not begun, and waits for one that has") {
  ProcessPool pool(2);
  Station station(pool);
  Gate gate;
  bool finished = false;
  Lambda* const running = station.Submit([&] {
    gate.Pass();
    finished = true;
  });
  gate.AwaitWaiting(1);
  Lambda* const waiting = station.Submit(Nothing);
  station.dispatcher->FinishNow(waiting->operation);
  CHECK_EQ(waiting->operation->result, int64_t{UV_ECANCELED});
  std::thread opener([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    gate.Open();
  });
  station.dispatcher->FinishNow(running->operation);
  CHECK_EQ(running->operation->result, 0);
  CHECK(finished);
  opener.join();
  station.RunAll();
  CHECK_EQ(waiting->runs.load(), 0);
  CHECK_EQ(station.delivered, 2);
}

// --- closing --------------------------------------------------------------------------------------------------------

TEST("closes if it was never used") {
  ProcessPool pool(kThreads);
  Station station(pool);
  station.Close();
  CHECK(station.closed);
}

TEST("closing finishes running operations, discards queued ones, and begins nothing more") {
  ProcessPool pool(2);
  Station station(pool);
  Gate gate;
  Lambda* const running = station.Submit([&] { gate.Pass(); });
  gate.AwaitWaiting(1);
  std::vector<Lambda*> waiting;
  for (int i = 0; i < 100; i++) waiting.push_back(station.Submit(Nothing));
  station.StartClosing();
  CHECK(!station.closed);
  gate.Open();
  station.Close();
  CHECK_EQ(running->runs.load(), 1);
  CHECK_EQ(running->discarded, 1);
  for (Lambda* lambda : waiting) {
    CHECK_EQ(lambda->runs.load(), 0);
    CHECK_EQ(lambda->discarded, 1);
  }
  CHECK_EQ(station.delivered, 0);
}

TEST("closing returns its permits") {
  ProcessPool pool(2);
  for (int round = 0; round < 20; round++) {
    Station station(pool);
    for (int i = 0; i < 20; i++) station.Submit(Nothing);
    if (round % 2 == 0) uv_run(&station.loop, UV_RUN_ONCE);
    station.Close();
  }
  Station station(pool);
  station.Submit(Nothing);
  station.RunAll();
  CHECK_EQ(station.delivered, 1);
}

// A job that has just performed a series of quick operations waits for more before it ends. It must
// ignore the lanes of a dispatcher that closes. Otherwise, it would check them forever, under the
// lock that Close() needs.
TEST("closing ends a job that waits for more work while its lanes are full") {
  ProcessPool pool(2);
  for (int round = 0; round < 300; round++) {
    Station station(pool);
    for (int i = 0; i < 200; i++) station.Submit(Nothing);
    while (station.delivered < 1 + round % 50) uv_run(&station.loop, UV_RUN_NOWAIT);
    for (int i = 0; i < 200; i++) station.Submit(Nothing);
    station.Close();
    CHECK(station.closed);
  }
}

TEST("close_blocking waits for running operations, and discards the others") {
  static ProcessPool& pool =
      *new ProcessPool(2);  // a job that has ended may still give its permit back
  auto* const station = new Station(
      pool);  // a job may still be in libuv's queue: the runtime that needs this leaks it
  std::atomic<bool> finished{false};
  Gate gate;
  station->Submit([&] {
    gate.Pass();
    finished = true;
  });
  gate.AwaitWaiting(1);
  for (int i = 0; i < 10; i++) station->Submit(Nothing);
  std::thread opener([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    gate.Open();
  });
  station->dispatcher->CloseBlocking();
  CHECK(finished.load());
  opener.join();
  CHECK(station->discarded >= 10);
  static std::vector<Station*> kept;  // reachable, so that no leak is reported
  kept.push_back(station);
}

TEST("serves an environment while operations of another one hang and hold all permits") {
  ProcessPool pool(2, 1);
  Station hung(pool);
  Station other(pool);
  Gate gate;
  hung.Submit([&] { gate.Pass(); });
  gate.AwaitWaiting(1);
  for (int i = 1; i <= 3; i++) {
    other.Submit([] {});
    RunBoth(hung, other, [&] { return other.delivered == i; });
  }
  CHECK_EQ(hung.delivered, 0);
  // Ends while one of its helpers runs.
  Gate second;
  other.Submit([&] { second.Pass(); });
  RunBoth(hung, other, [&] { return other.dispatcher->jobs() == 1; });
  second.AwaitWaiting(1);
  other.StartClosing();
  uv_run(&other.loop, UV_RUN_NOWAIT);
  CHECK(!other.closed);
  second.Open();
  other.Close();
  gate.Open();
  RunBoth(hung, hung, [&] { return hung.delivered == 1; });
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
