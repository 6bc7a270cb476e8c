// Several loops in several threads on one pool: permits, fairness, random cancelling and closing. Run under TSan too.
#include <random>

#include "test/dispatcher_support.h"

namespace uvfiles {
namespace test {

namespace {

// How many run at this moment, and the most there ever were.
struct Meter {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  void enter() {
    const int running = ++now;
    int seen = most.load();
    while (running > seen && !most.compare_exchange_weak(seen, running)) {
    }
  }
  void leave() { now--; }
};

// Checks that every operation came to exactly one end, and ran only if that end says so.
void check_ends(const Station& station) {
  for (const auto& lambda : station.lambdas) {
    CHECK_EQ(lambda->delivered + lambda->discarded, 1);
    if (lambda->delivered == 1 && lambda->result == UV_ECANCELED) continue;
    if (lambda->delivered == 1) CHECK(lambda->runs.load() >= 1);
  }
}

}  // namespace

TEST("loops in several threads share the permits, and each operation has one end") {
  ProcessPool pool(4);
  Meter meter;
  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    Station station(pool);
    const int low = station.dispatcher->add_lane(Priority::kLow, 0, UINT32_MAX);
    const int narrow = station.dispatcher->add_lane(Priority::kHigh, 1, UINT32_MAX);
    const uint8_t lanes[] = {0, 1, static_cast<uint8_t>(low), static_cast<uint8_t>(narrow)};
    for (int round = 0; round < 60; round++) {
      std::vector<Lambda*> recent;
      const int count = static_cast<int>(random() % 100);
      for (int i = 0; i < count; i++) {
        const int steps = random() % 10 == 0 ? 3 : 1;
        recent.push_back(station.submit(
            [&meter, steps](Lambda& self, const Slice&) {
              meter.enter();
              std::this_thread::yield();
              meter.leave();
              return self.runs < steps ? Step::kAgain : Step::kDone;
            },
            lanes[random() % 4]));
      }
      for (int i = 0; i < count / 3; i++) {
        Lambda* const victim = recent[random() % recent.size()];
        if (victim->operation != nullptr) station.dispatcher->cancel(victim->operation);
        if (random() % 4 == 0) uv_run(&station.loop, UV_RUN_NOWAIT);
      }
      if (random() % 2 == 0) station.run_all();
    }
    station.run_all();
    CHECK_EQ(station.dispatcher->outstanding(), 0u);
    CHECK_EQ(station.discarded, 0);
    check_ends(station);
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 5; seed++) threads.emplace_back(work, seed);
  for (auto& thread : threads) thread.join();
  CHECK(meter.most.load() <= 3);
}

TEST("what is asked for just as a job stops looking out for more is not left behind") {
  ProcessPool pool(4);
  Station station(pool);
  std::mt19937 random(7);
  int left = 3000;
  // One operation after another, as a program awaits them, mostly promptly: jobs come to expect that, and now and then
  // one waits in vain, or gives up in the very moment.
  station.on_delivered = [&](Lambda*) {
    const auto gap =
        random() % 4 == 0
            ? std::chrono::nanoseconds(PromptPredictor::kPatienceNs - 15000 + random() % 30000)
            : std::chrono::nanoseconds(random() % 5000);
    const auto until = std::chrono::steady_clock::now() + gap;
    while (std::chrono::steady_clock::now() < until) {
    }
    if (random() % 16 == 0 && left-- > 0) station.submit([] {});
    if (left-- > 0) station.submit([] {});
  };
  station.submit([] {});
  station.run_all();
  CHECK(left <= 0);
  check_ends(station);
}

TEST("loops that open and close with work queued and running lose nothing and leave the permits") {
  ProcessPool pool(4);
  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < 80; round++) {
      Station station(pool);
      const int count = static_cast<int>(random() % 60);
      for (int i = 0; i < count; i++) {
        station.submit([pause = random() % 50] {
          std::this_thread::sleep_for(std::chrono::microseconds(pause));
        });
      }
      for (unsigned i = 0; i < random() % 4; i++) uv_run(&station.loop, UV_RUN_NOWAIT);
      station.close();
      check_ends(station);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; seed++) threads.emplace_back(work, seed);
  for (auto& thread : threads) thread.join();
  // Whatever they left undone, a later loop has every permit.
  Station station(pool);
  Gate gate;
  for (int i = 0; i < 3; i++) station.submit([&] { gate.pass(); });
  gate.await_waiting(3);
  gate.open();
  station.run_all();
  CHECK_EQ(station.delivered, 3);
}

TEST("the reserve may change while loops work, and is kept in the end") {
  ProcessPool pool(4);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; i++) {
    threads.emplace_back([&] {
      Station station(pool);
      for (int round = 0; round < 100; round++) {
        for (int j = 0; j < 30; j++) station.submit([] {});
        station.run_all();
      }
      CHECK_EQ(station.delivered, 3000);
    });
  }
  std::thread changer([&] {
    for (uint32_t reserve = 0; !stop; reserve = (reserve + 1) % 7) {
      pool.set_reserve(reserve);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  for (auto& thread : threads) thread.join();
  stop = true;
  changer.join();
  pool.set_reserve(3);
  Meter meter;
  Station station(pool);
  for (int i = 0; i < 50; i++) {
    station.submit([&] {
      meter.enter();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      meter.leave();
    });
  }
  station.run_all();
  CHECK_EQ(meter.most.load(), 1);
}

TEST("a permit that a loop asked for and no longer needs goes back") {
  ProcessPool pool(3);  // two permits
  Station a(pool);
  Station b(pool);
  Gate first;
  Gate second;
  a.submit([&] { first.pass(); });
  b.submit([&] { second.pass(); });
  first.await_waiting(1);
  second.await_waiting(1);
  b.submit([] {});  // asks for a second job, and has to wait
  second.open();    // ... but its first job does it as well
  run_both(a, b, [&] { return b.delivered == 2; });
  Lambda* const next = a.submit([] {});
  run_both(a, b, [&] { return next->delivered == 1; });
  first.open();
  run_both(a, b, [&] { return a.delivered == 2; });
}

TEST("a loop that computes does not keep the only permit from the others") {
  ProcessPool pool(2);  // one permit
  Station awake(pool);
  Station busy(pool);
  Gate gate;
  awake.submit([&] { gate.pass(); });
  gate.await_waiting(1);
  busy.submit([] {});  // waits for the permit, and its loop does not run from now on
  gate.open();
  awake.run_all();
  for (int i = 0; i < 20; i++) {
    awake.submit([] {});
    awake.run_all();
  }
  CHECK_EQ(awake.delivered, 21);
  CHECK_EQ(busy.delivered, 0);
  busy.run_all();
  CHECK_EQ(busy.delivered, 1);
}

TEST("loops that compute do not keep the permits, whoever is first in the list") {
  ProcessPool pool(2);
  Station holder(pool);
  Station busy(pool);
  Station awake(pool);
  Gate gate;
  holder.submit([&] { gate.pass(); });
  gate.await_waiting(1);
  busy.submit([] {});
  awake.submit([] {});
  gate.open();
  awake.run_all();
  CHECK_EQ(awake.delivered, 1);
  holder.run_all();
  busy.run_all();
  CHECK_EQ(busy.delivered, 1);
}

TEST("a loop with much to do does not starve another") {
  ProcessPool pool(2);
  Station greedy(pool);
  Station modest(pool);
  std::atomic<bool> stop{false};
  greedy.on_delivered = [&](Lambda*) {
    if (!stop) greedy.submit([] { std::this_thread::sleep_for(std::chrono::microseconds(100)); });
  };
  for (int i = 0; i < 100; i++)
    greedy.submit([] { std::this_thread::sleep_for(std::chrono::microseconds(100)); });
  run_both(greedy, modest, [&] { return greedy.delivered > 0; });
  for (int i = 0; i < 5; i++) {
    const int before = modest.delivered;
    modest.submit([] {});
    run_both(greedy, modest, [&] { return modest.delivered > before; });
  }
  stop = true;
  run_both(greedy, modest, [&] { return greedy.dispatcher->outstanding() == 0; });
  CHECK_EQ(modest.delivered, 5);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
