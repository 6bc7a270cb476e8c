// In place of core/clock.h: the simulation's clock, which goes on a little with each look.
#pragma once

#include <cstdint>

#include "test/simulation/scheduler.h"

namespace uvfiles {

inline uint64_t NowNs() { return simulation::Clock(); }

}  // namespace uvfiles
