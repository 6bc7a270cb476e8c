// Fibers, a clock and chance: which fiber takes the next step is chosen by a seed, so that a run can be had again.
//
// Everything happens on one thread. A fiber goes on until it takes a step, blocks, sleeps or ends.
#pragma once

#include <cstdint>
#include <functional>

namespace uvfiles {
namespace simulation {

// Begins anew: no fiber, and everything to come follows from the seed.
void Reset(uint64_t seed);

// A number below `limit`, which is not 0.
uint32_t Random(uint32_t limit);
inline bool OneIn(uint32_t times) { return Random(times) == 0; }

// A new fiber, able to run.
void Start(const char* name, std::function<void()> body);

// Runs the fibers until none is left. When all of them block, none sleeps, and so nothing would ever happen again,
// `on_quiet` must change that.
void Run(const std::function<void()>& on_quiet);

// For fibers. Outside of them, `Step` does nothing and the others must not be called.
void Step();
void Sleep(uint64_t ns);
void Block(const void* on);
// Until `Unblock`, but no longer than so.
void BlockFor(const void* on, uint64_t ns);

// Once, the fiber of this name is held at its first step at which the condition holds: it goes on when no other fiber can.
void HoldFiber(const char* name, std::function<bool()> condition);

// Those that block on this may run.
void Unblock(const void* on);

uint64_t Clock();
uint64_t Steps();

// Ends the program: says what is wrong, and with which seed it comes again.
[[noreturn]] void Fail(const char* format, ...);

}  // namespace simulation
}  // namespace uvfiles
