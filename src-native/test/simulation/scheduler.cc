#include "test/simulation/scheduler.h"

#include <ucontext.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace uvfiles {
namespace simulation {

namespace {

constexpr size_t kStack = 128 * 1024;
// A run takes some ten thousand steps. One that takes this many does not end.
constexpr uint64_t kEndless = 5 * 1000 * 1000;
// How often a step switches to another fiber, and how long a fiber may be held back.
constexpr uint32_t kSwitchEach = 3;
constexpr uint32_t kFreezeEach = 200;
constexpr uint32_t kFrozenSteps = 500;

enum class State : uint8_t { kRuns, kBlocks, kEnded };

struct Fiber {
  const char* name;
  std::function<void()> body;
  ucontext_t context;
  std::unique_ptr<char[]> stack;
  State state = State::kRuns;
  const void* on = nullptr;
  uint64_t wakes_ns = UINT64_MAX;  // of one that blocks
  uint64_t frozen_until = 0;       // in steps
  void* fake_stack = nullptr;      // ASan's
};

struct World {
  uint64_t seed = 0;
  std::mt19937_64 random;
  uint64_t clock_ns = 0;
  uint64_t steps = 0;      // of all runs
  uint64_t run_steps = 0;  // of this one
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<std::unique_ptr<char[]>> stacks;
  Fiber* current = nullptr;
  const char* hold_name = nullptr;  // of the fiber that is to be held; null: none
  std::function<bool()> hold_when;
  ucontext_t main;
  void* main_fake_stack = nullptr;
  const void* main_bottom = nullptr;
  size_t main_size = 0;
};
World world;

void Enter(Fiber* fiber) {
  world.current = fiber;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&world.main_fake_stack, fiber->stack.get(), kStack);
#endif
  swapcontext(&world.main, &fiber->context);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(world.main_fake_stack, nullptr, nullptr);
#endif
  world.current = nullptr;
}

void Leave() {
  Fiber* const fiber = world.current;
#if defined(__SANITIZE_ADDRESS__)
  // An ended fiber's fake stack is freed.
  __sanitizer_start_switch_fiber(fiber->state == State::kEnded ? nullptr : &fiber->fake_stack,
                                 world.main_bottom, world.main_size);
#endif
  swapcontext(&fiber->context, &world.main);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fiber->fake_stack, &world.main_bottom, &world.main_size);
#endif
}

void Body() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &world.main_bottom, &world.main_size);
#endif
  world.current->body();
  world.current->state = State::kEnded;
  Leave();
}

// Any fiber that can run; a frozen one only if there is no other.
Fiber* Choose() {
  Fiber* chosen = nullptr;
  Fiber* frozen = nullptr;
  uint32_t seen = 0;
  for (const auto& each : world.fibers) {
    if (each->state != State::kRuns) continue;
    if (each->frozen_until > world.run_steps) {
      frozen = each.get();
    } else if (Random(++seen) == 0) {
      chosen = each.get();
    }
  }
  return chosen != nullptr ? chosen : frozen;
}

void Wake(Fiber* fiber) {
  fiber->state = State::kRuns;
  fiber->on = nullptr;
  fiber->wakes_ns = UINT64_MAX;
}

// Wakes the fibers that have slept long enough. `jump`: advances the clock until one has. Returns false if none sleeps.
bool WakeSleepers(bool jump) {
  if (jump) {
    uint64_t first = UINT64_MAX;
    for (const auto& each : world.fibers) {
      if (each->state == State::kBlocks && each->wakes_ns < first) first = each->wakes_ns;
    }
    if (first == UINT64_MAX) return false;
    if (first > world.clock_ns) world.clock_ns = first;
  }
  for (const auto& each : world.fibers) {
    if (each->state == State::kBlocks && each->wakes_ns <= world.clock_ns) Wake(each.get());
  }
  return true;
}

bool Held(const Fiber* fiber) {
  if (world.hold_name == nullptr || std::strcmp(fiber->name, world.hold_name) != 0) return false;
  if (!world.hold_when()) return false;
  world.hold_name = nullptr;
  return true;
}

void Bury() {
  for (size_t i = world.fibers.size(); i-- > 0;) {
    if (world.fibers[i]->state != State::kEnded) continue;
    world.stacks.push_back(std::move(world.fibers[i]->stack));
    world.fibers.erase(world.fibers.begin() + static_cast<ptrdiff_t>(i));
  }
}

}  // namespace

void Reset(uint64_t seed) {
  world.seed = seed;
  world.random.seed(seed);
  world.clock_ns = 1000 * 1000 * 1000;
  world.run_steps = 0;
  world.hold_name = nullptr;
}

uint32_t Random(uint32_t limit) { return static_cast<uint32_t>(world.random() % limit); }

void Start(const char* name, std::function<void()> body) {
  auto fiber = std::make_unique<Fiber>();
  fiber->name = name;
  fiber->body = std::move(body);
  if (world.stacks.empty()) {
    fiber->stack = std::make_unique<char[]>(kStack);
  } else {
    fiber->stack = std::move(world.stacks.back());
    world.stacks.pop_back();
  }
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = kStack;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, Body, 0);
  world.fibers.push_back(std::move(fiber));
}

void Run(const std::function<void()>& on_quiet) {
  while (!world.fibers.empty()) {
    WakeSleepers(false);
    Fiber* const next = Choose();
    if (next != nullptr) {
      Enter(next);
      if (next->state == State::kEnded) Bury();
    } else if (!WakeSleepers(true)) {
      on_quiet();
    }
  }
}

void Step() {
  Fiber* const fiber = world.current;
  if (fiber == nullptr) return;
  world.steps++;
  if (++world.run_steps > kEndless) Fail("%s runs forever", fiber->name);
  world.clock_ns += 20;
  if (Held(fiber)) {
    fiber->frozen_until = UINT64_MAX;
    Leave();
    return;
  }
  if (Random(kSwitchEach) != 0) return;
  if (OneIn(kFreezeEach)) fiber->frozen_until = world.run_steps + Random(kFrozenSteps);
  Leave();
}

void HoldFiber(const char* name, std::function<bool()> condition) {
  world.hold_name = name;
  world.hold_when = std::move(condition);
}

void Block(const void* on) { BlockFor(on, UINT64_MAX); }

void BlockFor(const void* on, uint64_t ns) {
  Fiber* const fiber = world.current;
  if (fiber == nullptr) Fail("something blocks that is no fiber");
  world.steps++;
  if (++world.run_steps > kEndless) Fail("%s runs forever", fiber->name);
  fiber->state = State::kBlocks;
  fiber->on = on;
  fiber->wakes_ns = ns == UINT64_MAX ? UINT64_MAX : world.clock_ns + ns;
  Leave();
}

void Sleep(uint64_t ns) { BlockFor(nullptr, ns); }

void Unblock(const void* on) {
  for (const auto& each : world.fibers) {
    if (each->state == State::kBlocks && each->on == on) Wake(each.get());
  }
}

uint64_t Clock() {
  world.clock_ns += 20 + Random(100);
  return world.clock_ns;
}

uint64_t Steps() { return world.steps; }

void Fail(const char* format, ...) {
  std::printf("FAILED with --seed=%llu at step %llu: ", static_cast<unsigned long long>(world.seed),
              static_cast<unsigned long long>(world.run_steps));
  va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
  std::printf("\nFibers:\n");
  for (const auto& each : world.fibers) {
    std::printf("  %-16s %s\n", each->name,
                each.get() == world.current    ? "takes this step"
                : each->state == State::kRuns  ? "can run"
                : each->wakes_ns != UINT64_MAX ? "sleeps"
                                               : "blocks");
  }
  std::fflush(stdout);
  std::_Exit(1);
}

}  // namespace simulation
}  // namespace uvfiles
