// Several loops in several threads on one pool: permits, fairness, random cancelling and closing. Run under TSan too.
#include <random>

#include "test/dispatcher_support.h"

namespace uvfiles {
namespace test {

namespace {

// How many run at this moment, and the maximum so far.
struct Meter {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  void Enter() {
    const int running = ++now;
    int seen = most.load();
    while (running > seen && !most.compare_exchange_weak(seen, running)) {
    }
  }
  void Leave() { now--; }
};

// Checks that every operation ended exactly once, and ran only if its end says so.
void CheckEnds(const Station& station) {
  for (const auto& lambda : station.lambdas) {
    CHECK_EQ(lambda->delivered + lambda->discarded, 1);
    if (lambda->delivered == 1 && lambda->result == UV_ECANCELED) continue;
    if (lambda->delivered == 1) CHECK(lambda->runs.load() >= 1);
  }
}

}  // namespace

TEST("loops in several threads share the permits, and each operation ends once") {
  ProcessPool pool(4);
  Meter meter;
  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    Station station(pool);
    const int low = station.dispatcher->AddLane(Priority::kLow, 0, UINT32_MAX);
    const int narrow = station.dispatcher->AddLane(Priority::kHigh, 1, UINT32_MAX);
    const uint16_t lanes[] = {0, 1, static_cast<uint16_t>(low), static_cast<uint16_t>(narrow)};
    for (int round = 0; round < 60; round++) {
      std::vector<Lambda*> recent;
      const int count = static_cast<int>(random() % 100);
      for (int i = 0; i < count; i++) {
        const int steps = random() % 10 == 0 ? 3 : 1;
        recent.push_back(station.Submit(
            [&meter, steps](Lambda& self, const Slice&) {
              meter.Enter();
              std::this_thread::yield();
              meter.Leave();
              return self.runs < steps ? Step::kAgain : Step::kDone;
            },
            lanes[random() % 4]));
      }
      for (int i = 0; i < count / 3; i++) {
        Lambda* const victim = recent[random() % recent.size()];
        if (victim->operation != nullptr) station.dispatcher->Cancel(victim->operation);
        if (random() % 4 == 0) uv_run(&station.loop, UV_RUN_NOWAIT);
      }
      if (random() % 2 == 0) station.RunAll();
    }
    station.RunAll();
    CHECK_EQ(station.dispatcher->outstanding(), 0u);
    CHECK_EQ(station.discarded, 0);
    CheckEnds(station);
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 5; seed++) threads.emplace_back(work, seed);
  for (auto& thread : threads) thread.join();
  // Three permits, and where those were kept for long (a busy machine), a helper for each loop.
  CHECK(meter.most.load() <= 3 + 5);
}

TEST("an operation that is submitted just as a job ends is not left behind") {
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
    if (random() % 16 == 0 && left-- > 0) station.Submit([] {});
    if (left-- > 0) station.Submit([] {});
  };
  station.Submit([] {});
  station.RunAll();
  CHECK(left <= 0);
  CheckEnds(station);
}

TEST("loops that open and close with work queued and running lose nothing and leave the permits") {
  ProcessPool pool(4);
  auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < 80; round++) {
      Station station(pool);
      const int count = static_cast<int>(random() % 60);
      for (int i = 0; i < count; i++) {
        station.Submit([pause = random() % 50] {
          std::this_thread::sleep_for(std::chrono::microseconds(pause));
        });
      }
      for (unsigned i = 0; i < random() % 4; i++) uv_run(&station.loop, UV_RUN_NOWAIT);
      station.Close();
      CheckEnds(station);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 4; seed++) threads.emplace_back(work, seed);
  for (auto& thread : threads) thread.join();
  // Whatever they left undone, a later loop has every permit.
  Station station(pool);
  Gate gate;
  for (int i = 0; i < 3; i++) station.Submit([&] { gate.Pass(); });
  // A job of a closed loop may still hold a permit, and gives it to this loop while it runs.
  station.RunUntil([&] { return gate.Waiting() == 3; });
  gate.Open();
  station.RunAll();
  CHECK_EQ(station.delivered, 3);
}

TEST("the reserve can change while loops work, and is kept at the end") {
  ProcessPool pool(4);
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; i++) {
    threads.emplace_back([&] {
      Station station(pool);
      for (int round = 0; round < 100; round++) {
        for (int j = 0; j < 30; j++) station.Submit([] {});
        station.RunAll();
      }
      CHECK_EQ(station.delivered, 3000);
    });
  }
  std::thread changer([&] {
    for (uint32_t reserve = 0; !stop; reserve = (reserve + 1) % 7) {
      pool.SetReserve(reserve);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  for (auto& thread : threads) thread.join();
  stop = true;
  changer.join();
  pool.SetReserve(3);
  Meter meter;
  Station station(pool);
  for (int i = 0; i < 50; i++) {
    station.Submit([&] {
      meter.Enter();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      meter.Leave();
    });
  }
  station.RunAll();
  CHECK_EQ(meter.most.load(), 1);
}

TEST("a permit that a loop has requested and no longer needs is returned") {
  ProcessPool pool(3);  // two permits
  Station a(pool);
  Station b(pool);
  Gate first;
  Gate second;
  a.Submit([&] { first.Pass(); });
  b.Submit([&] { second.Pass(); });
  first.AwaitWaiting(1);
  second.AwaitWaiting(1);
  b.Submit([] {});  // asks for a second job, and has to wait
  second.Open();    // ... but its first job does it as well
  RunBoth(a, b, [&] { return b.delivered == 2; });
  Lambda* const next = a.Submit([] {});
  RunBoth(a, b, [&] { return next->delivered == 1; });
  first.Open();
  RunBoth(a, b, [&] { return a.delivered == 2; });
}

TEST("a loop that computes does not keep the only permit from the others") {
  ProcessPool pool(2);  // one permit
  Station awake(pool);
  Station busy(pool);
  Gate gate;
  awake.Submit([&] { gate.Pass(); });
  gate.AwaitWaiting(1);
  busy.Submit([] {});  // waits for the permit, and its loop does not run from now on
  gate.Open();
  awake.RunAll();
  for (int i = 0; i < 20; i++) {
    awake.Submit([] {});
    awake.RunAll();
  }
  CHECK_EQ(awake.delivered, 21);
  CHECK_EQ(busy.delivered, 0);
  busy.RunAll();
  CHECK_EQ(busy.delivered, 1);
}

TEST("loops that compute do not keep the permits, whichever is first in the list") {
  ProcessPool pool(2);
  Station holder(pool);
  Station busy(pool);
  Station awake(pool);
  Gate gate;
  holder.Submit([&] { gate.Pass(); });
  gate.AwaitWaiting(1);
  busy.Submit([] {});
  awake.Submit([] {});
  gate.Open();
  awake.RunAll();
  CHECK_EQ(awake.delivered, 1);
  holder.RunAll();
  busy.RunAll();
  CHECK_EQ(busy.delivered, 1);
}

TEST("a loop with much to do does not starve another") {
  ProcessPool pool(2);
  Station greedy(pool);
  Station modest(pool);
  std::atomic<bool> stop{false};
  greedy.on_delivered = [&](Lambda*) {
    if (!stop) greedy.Submit([] { std::this_thread::sleep_for(std::chrono::microseconds(100)); });
  };
  for (int i = 0; i < 100; i++)
    greedy.Submit([] { std::this_thread::sleep_for(std::chrono::microseconds(100)); });
  RunBoth(greedy, modest, [&] { return greedy.delivered > 0; });
  for (int i = 0; i < 5; i++) {
    const int before = modest.delivered;
    modest.Submit([] {});
    RunBoth(greedy, modest, [&] { return modest.delivered > before; });
  }
  stop = true;
  RunBoth(greedy, modest, [&] { return greedy.dispatcher->outstanding() == 0; });
  CHECK_EQ(modest.delivered, 5);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
