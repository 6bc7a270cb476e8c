// Fibers, a clock and chance. A seed chooses which fiber takes the next step, so a run can be repeated.
//
// Everything happens on one thread. A fiber goes on until it takes a step, blocks, sleeps or ends.
#pragma once

#include <cstdint>
#include <functional>

namespace uvfiles {
namespace simulation {

// Starts again without fibers. Everything that follows depends on the seed.
void Reset(uint64_t seed);

// A number below `limit`, which is not 0.
uint32_t Random(uint32_t limit);
inline bool OneIn(uint32_t times) { return Random(times) == 0; }

// A new fiber, able to run.
void Start(const char* name, std::function<void()> body);

// Runs the fibers until none is left. If all of them block and none sleeps, nothing would ever happen again: `on_quiet`
// must change that.
void Run(const std::function<void()>& on_quiet);

// For fibers. Outside them, `Step` does nothing and the others must not be called.
void Step();
void Sleep(uint64_t ns);
void Block(const void* on);
// Blocks until `Unblock`, but no longer than `ns`.
void BlockFor(const void* on, uint64_t ns);

// Holds the fiber of this name once, at its first step at which the condition holds, until no other fiber can run.
void HoldFiber(const char* name, std::function<bool()> condition);

// Lets the fibers run that block on this.
void Unblock(const void* on);

uint64_t Clock();
uint64_t Steps();

// Ends the program. Prints what is wrong, and the seed that repeats it.
[[noreturn]] void Fail(const char* format, ...);

}  // namespace simulation
}  // namespace uvfiles
