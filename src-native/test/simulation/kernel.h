// The simulated kernel: what an operation does when it is performed, descriptors that become ready when the simulation
// decides, and calls that hang.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/operation.h"

namespace uvfiles {
namespace simulation {

enum class Act : uint8_t {
  kQuick,     // at once
  kSlow,      // after a while
  kFails,     // at once, with an error
  kHangs,     // until the simulation lets it go
  kSteps,     // needs several slices
  kWaits,     // needs its descriptor to be ready, some times
  kWaitsDue,  // waits for a time, without a descriptor
};

// What is known about a submitted operation. Operations carry the index in `slot`.
struct Fate {
  Operation* operation = nullptr;
  int environment = 0;
  Act act = Act::kQuick;
  uint32_t left = 0;  // steps, or times to wait
  int fd = -1;
  uint64_t submitted_ns = 0;
  bool in_kernel = false;
  bool hangs_now = false;
  bool performed = false;
  bool gave_up = false;    // Cancel said that it will make no call
  bool cancelled = false;  // Cancel was called
  bool settled = false;
};

struct Kernel {
  std::deque<Fate> fates;  // whose addresses stay
  std::vector<uint32_t> hanging;
  std::vector<int> tokens;  // of each descriptor: how many transfers it is ready for
  bool helper_fails = false;
  bool reports_truly = false;  // no descriptor is refused, or reported although it is not ready
  bool knows_mounts = false;
  bool whole_files = false;   // most operations read one, so that jobs take windows of them
  bool quick_stats = false;   // most operations are quick stats, so that jobs take several at once
  uint32_t helpers = 0;       // threads that perform without a permit
  uint32_t performing = 0;    // calls at this moment
  uint32_t most_permits = 0;  // that there have been
};
extern Kernel kernel;

Fate& FateOf(const Operation& operation);
// Descriptor `fd` becomes ready for one transfer.
void MakeReady(int fd);
// Lets a hanging call return.
void Release(uint32_t fate);

}  // namespace simulation
}  // namespace uvfiles
