// Orders of steps that once failed. A scene holds a fiber at one step, to get the same order in every run.
#pragma once

#include <cstdint>

namespace uvfiles {
namespace simulation {

// Plays all of them. What the scenes leave open follows from the seed.
void PlayScenes(uint64_t seed);

}  // namespace simulation
}  // namespace uvfiles
