#include "core/completions.h"

#include "core/clock.h"

namespace uvfiles {

void Completions::Announce() {
  if (announced_.exchange(true, std::memory_order_acq_rel)) return;
  announced_ns_.store(NowNs(), std::memory_order_relaxed);
  uv_async_send(loop_);
}

// A loop that waits in its poll is woken within about 50 us.
bool Completions::StaysUnheard() {
  Announce();
  while (announced_.load(std::memory_order_acquire) &&
         NowNs() - announced_ns_.load(std::memory_order_relaxed) < kFreshNs) {
    PauseThread(20 * 1000);
  }
  return announced_.load(std::memory_order_acquire);
}

}  // namespace uvfiles
