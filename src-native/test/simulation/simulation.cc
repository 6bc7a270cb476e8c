// The simulation of core/: environments, a pool and a poller on fibers, one run for each seed. The sources of core/ are
// compiled unchanged, except core/threads.h and core/clock.h (include/). libuv, the kernel and time are simulated
// (loop.h, kernel.h, scheduler.h). scripts/simulation.ts runs it, and documents its arguments.
//
// A run fails if an operation never ends or ends twice, a cancelled one is performed, more jobs run than there are
// permits, permits are missing at the end, something closed is touched, the run does not end, or nothing happens
// although there is something to do: a lost wake-up.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

#include "test/simulation/environment.h"
#include "test/simulation/scenes.h"
#include "test/simulation/scheduler.h"

namespace uvfiles {
namespace simulation {

namespace {

using Environments = std::vector<std::unique_ptr<Environment>>;

// Descriptors for which an operation is parked.
std::vector<int> WaitedFor() {
  std::vector<int> descriptors;
  for (const Fate& each : kernel.fates) {
    if (!each.settled && each.act == Act::kWaits &&
        each.operation->state.Peek() == OpState::kParked) {
      descriptors.push_back(each.fd);
    }
  }
  return descriptors;
}

// Something happens outside: a call returns, a descriptor becomes ready, or a program continues.
void Disturb(const Environments& environments, int* idle) {
  const std::vector<int> descriptors = WaitedFor();
  const uint32_t choice = Random(3);
  if (choice == 0 && !kernel.hanging.empty()) {
    Release(kernel.hanging[Random(static_cast<uint32_t>(kernel.hanging.size()))]);
    *idle = 0;
  } else if (choice == 1 && !descriptors.empty()) {
    MakeReady(descriptors[Random(static_cast<uint32_t>(descriptors.size()))]);
    *idle = 0;
  } else {
    for (const auto& each : environments) each->loop().Kick();
    if (++*idle > 200) Fail("nothing happens any more, and not all environments have ended");
  }
}

void RunOnce(uint64_t seed) {
  Reset(seed);
  kernel = {};
  kernel.helper_fails = OneIn(3);
  kernel.knows_mounts = OneIn(2);
  kernel.whole_files = OneIn(2);
  kernel.quick_stats = !kernel.whole_files && OneIn(2);
  reserve_changed = false;
  const uint32_t threads = 2 + Random(4);
  ProcessPool pool(threads, Random(2));
  kernel.most_permits = pool.limit();
  auto poller = std::make_unique<Poller>();
  Environments environments;
  const int count = 1 + static_cast<int>(Random(3));
  for (int i = 0; i < count; i++)
    environments.push_back(std::make_unique<Environment>(i, &pool, poller.get()));
  StartPool(threads);
  for (const auto& each : environments) Start("loop", [&] { each->Live(); });
  bool ending = false;
  int idle = 0;
  Run([&] {
    bool all_ended = true;
    for (const auto& each : environments) {
      each->CheckQuiet();
      all_ended = all_ended && each->ended();
    }
    if (PoolQueued() > 0 && PoolRunning() < threads) Fail("work is left in libuv's queue");
    if (!all_ended) {
      Disturb(environments, &idle);
    } else if (ending) {
      Fail("something goes on after the end");
    } else {
      ending = true;
      EndPool();
      Start("end", [&] { poller.reset(); });
    }
  });
  PermitWaiter waiter;
  for (uint32_t i = pool.limit(); i > 0; i--) {
    if (pool.Acquire(waiter) != ProcessPool::Answer::kYes) Fail("%u permits are lost", i);
  }
}

}  // namespace

int Main(int argc, char** argv) {
  uint64_t first = static_cast<uint64_t>(std::time(nullptr)) * 1000;
  uint64_t runs = UINT64_MAX;
  double seconds = 20;
  for (int i = 1; i < argc; i++) {
    if (std::strncmp(argv[i], "--seconds=", 10) == 0) seconds = std::atof(argv[i] + 10);
    if (std::strncmp(argv[i], "--from=", 7) == 0) first = std::strtoull(argv[i] + 7, nullptr, 10);
    if (std::strncmp(argv[i], "--runs=", 7) == 0) runs = std::strtoull(argv[i] + 7, nullptr, 10);
    if (std::strncmp(argv[i], "--seed=", 7) == 0) {
      first = std::strtoull(argv[i] + 7, nullptr, 10);
      runs = 1;
    }
  }
  std::signal(SIGABRT, [](int) { Fail("a sanitizer's report, above"); });
  const clock_t until = std::clock() + static_cast<clock_t>(seconds * CLOCKS_PER_SEC);
  uint64_t done = 0;
  uint64_t operations = 0;
  while (done < runs && (runs != UINT64_MAX || std::clock() < until)) {
    PlayScenes(first + done);
    RunOnce(first + done);
    done++;
    operations += kernel.fates.size();
  }
  std::printf("%llu runs from seed %llu: %llu steps, %llu operations\n",
              static_cast<unsigned long long>(done), static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(Steps()),
              static_cast<unsigned long long>(operations));
  return 0;
}

}  // namespace simulation
}  // namespace uvfiles

// With these, a report names its seed: see Main.
extern "C" const char* __asan_default_options() { return "abort_on_error=1"; }
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1"; }

int main(int argc, char** argv) { return uvfiles::simulation::Main(argc, argv); }
