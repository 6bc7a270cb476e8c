// The dispatcher's deliveries: each result once, whatever is called from within them, and without a turn of the loop.
#include <atomic>

#include "core/dispatcher.h"
#include "test/dispatcher_support.h"

namespace uvfiles {
namespace test {

namespace {

// Calls `look` long after an operation that is submitted now has finished.
template <typename Look>
void LookAtFinished(Station& station, Look look) {
  std::atomic<bool> ran{false};
  station.Submit([&] { ran = true; });
  while (!ran.load()) std::this_thread::yield();
  for (int i = 0; i < 50; i++) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    look();
  }
}

}  // namespace

TEST("delivers every operation once, and lets the loop end after the last") {
  ProcessPool pool(kThreads);
  Station station(pool);
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < 500; i++) station.Submit(Nothing);
    station.RunAll();
    CHECK_EQ(station.delivered, (round + 1) * 500);
    CHECK_EQ(station.dispatcher->outstanding(), 0u);
  }
  for (auto& lambda : station.lambdas) {
    CHECK_EQ(lambda->delivered, 1);
    CHECK_EQ(lambda->runs.load(), 1);
  }
}

TEST("accepts operations that deliveries submit") {
  ProcessPool pool(kThreads);
  Station station(pool);
  int left = 2000;
  station.on_delivered = [&](Lambda*) {
    if (left-- > 0) station.Submit(Nothing);
  };
  station.Submit(Nothing);
  station.RunAll();
  CHECK_EQ(station.delivered, 2001);
}

TEST("delivers finished operations without an iteration of the loop") {
  ProcessPool pool(kThreads);
  Station station(pool);
  Gate gate;
  station.Submit([&] { gate.Pass(); });
  for (int i = 0; i < 200; i++) station.Submit(Nothing);
  gate.AwaitWaiting(1);
  // One job waits at the gate, with a batch at most. The others finish what is left.
  while (station.delivered < 100) {
    station.dispatcher->DeliverFinished();
    std::this_thread::yield();
  }
  CHECK(station.dispatcher->outstanding() > 0);
  gate.Open();
  station.RunAll();
  station.dispatcher->DeliverFinished();  // nothing
  CHECK_EQ(station.delivered, 201);
}

TEST("wakes the loop a few times for hundreds of operations") {
  ProcessPool pool(kThreads);
  Station station(pool);
  const uint64_t before = station.dispatcher->wakeups();
  for (int i = 0; i < 512; i++) station.Submit(Nothing);
  // The loop has not listened meanwhile: whatever is done by then is announced once.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  station.RunAll();
  CHECK_EQ(station.delivered, 512);
  CHECK(station.dispatcher->wakeups() - before < 100);
}

// What finishes within a delivery is not delivered by `deliver` there, but afterwards.
template <typename Deliver>
void CheckNothingWithinDelivery(Deliver deliver) {
  ProcessPool pool(kThreads);
  Station station(pool);
  station.on_delivered = [&](Lambda*) {
    station.on_delivered = nullptr;
    LookAtFinished(station, [&] {
      deliver(station);
      CHECK_EQ(station.delivered, 1);
    });
  };
  station.Submit(Nothing);
  station.RunAll();
  CHECK_EQ(station.delivered, 2);
}

TEST("delivers nothing from within a delivery, and loses no operation") {
  CheckNothingWithinDelivery([](Station& station) { station.dispatcher->DeliverFinished(); });
}

TEST("delivers nothing in a loop within a delivery, and wakes the loop again") {
  CheckNothingWithinDelivery([](Station& station) { uv_run(&station.loop, UV_RUN_NOWAIT); });
}

TEST("delivers more once a delivery has handed out everything") {
  ProcessPool pool(kThreads);
  Station station(pool);
  station.on_delivered = [&](Lambda*) {
    station.on_delivered = nullptr;
    station.dispatcher->EndDelivery();
    station.Submit(Nothing);
    while (station.delivered < 2) {
      station.dispatcher->DeliverFinished();
      std::this_thread::yield();
    }
  };
  station.Submit(Nothing);
  station.RunAll();
  CHECK_EQ(station.delivered, 2);
}

TEST("delivers no finished operation once it closes") {
  ProcessPool pool(kThreads);
  Station station(pool);
  Gate gate;
  Lambda* const running = station.Submit([&] { gate.Pass(); });
  gate.AwaitWaiting(1);
  station.StartClosing();
  gate.Open();
  for (int i = 0; i < 50; i++) {
    station.dispatcher->DeliverFinished();
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  CHECK_EQ(station.delivered, 0);
  station.Close();
  CHECK_EQ(running->discarded, 1);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
