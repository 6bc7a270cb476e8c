// Predicts whether the next submission comes so soon that a job should wait for it instead of
// giving up its thread.
//
// It keeps a score. Submissions that come promptly after a job's end raise it, and waits in vain lower it.
//
// A series of long waits resets it. In that case the loop runs on a processor that has slept, and waking that costs as much
// as the wait saves. If the job ends instead, the system may wake both threads on one processor.
//
// Thread safety: `Submitted` belongs to the loop thread. The others are called under the dispatcher's lock. Both sides
// may change the score at the same time, and then one of the changes is lost.
#pragma once

#include <cstdint>

#include "core/threads.h"

namespace uvfiles {

class PromptPredictor {
 public:
  static constexpr uint64_t kPatienceNs = 60 * 1000;  // how long to wait, and what is prompt
  static constexpr uint32_t kWorth = 4;               // the score from which on it is expected
  static constexpr uint32_t kMost = 8;
  static constexpr uint32_t kVain = 3;  // what one wait in vain costs
  static constexpr uint64_t kLongNs = 8 * 1000;
  static constexpr uint32_t kLongWaits = 8;  // so many long ones in a row end it

  bool Expects() const { return score() >= kWorth; }

  // A job found nothing more to do and gave up its thread.
  void JobEnded(uint64_t now) { ended_ns_.store(now, std::memory_order_relaxed); }

  // A submission found no job: had the last one waited, would it have got this?
  void Submitted(uint64_t now) {
    const uint64_t ended = ended_ns_.load(std::memory_order_relaxed);
    if (now > ended && now - ended >= kPatienceNs) {
      SetScore(0);
    } else {
      AddPoint();
    }
  }

  // A job waited for so long, and got something or did not.
  void Waited(uint64_t ns, bool served) {
    long_waits_ = ns > kLongNs ? long_waits_ + 1 : 0;
    if (long_waits_ == kLongWaits) {
      long_waits_ = 0;
      SetScore(0);
    } else if (served) {
      AddPoint();
    } else {
      const uint32_t before = score();
      SetScore(before > kVain ? before - kVain : 0);
    }
  }

 private:
  uint32_t score() const { return score_.load(std::memory_order_relaxed); }
  void SetScore(uint32_t score) { score_.store(score, std::memory_order_relaxed); }
  void AddPoint() {
    if (score() < kMost) SetScore(score() + 1);
  }

  Atomic<uint64_t> ended_ns_{0};
  Atomic<uint32_t> score_{0};
  uint32_t long_waits_ = 0;  // in a row
};

}  // namespace uvfiles
