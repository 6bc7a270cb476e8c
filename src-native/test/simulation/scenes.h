// Orders of steps that were wrong once. A scene holds a fiber at one step, so that the order comes in every run.
#pragma once

#include <cstdint>

namespace uvfiles {
namespace simulation {

// All of them. What the scenes leave open follows from the seed.
void PlayScenes(uint64_t seed);

}  // namespace simulation
}  // namespace uvfiles
