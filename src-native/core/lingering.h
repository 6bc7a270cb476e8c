// Whether a job that finds nothing more to do waits for the next submission before it gives up its thread, and for how
// long. It waits after a stream of cached reads, and if work came just after the last jobs had ended (a program that
// awaits one operation after another). The loop is delivering results then, and waking a thread for its next operation
// would cost about 10 us. One job waits at a time.
//
// No clock is read here: all times are arguments. A wait ends when something has been submitted, and the dispatcher
// then checks whether there is something to take.
//
// Thread safety: `Submitted` and `SubmittedToNoJob` belong to the loop thread, `Over` to the job that waits; the dispatcher's
// lock guards the rest.
#pragma once

#include <cstdint>

#include "core/inbox.h"
#include "core/prompt_predictor.h"
#include "core/threads.h"

namespace uvfiles {

class Lingering {
 public:
  static constexpr uint32_t kBusyBatches = 2;           // work after which a job waits
  static constexpr uint64_t kBusyLingerNs = 30 * 1000;  // ... for so long

  // `alone`: there is one processor, which a job that waits would keep from the loop.
  explicit Lingering(bool alone) : alone_(alone) {}

  // After each submission has been pushed.
  void Submitted() {
    submitted_.store(submitted_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  void SubmittedToNoJob(uint64_t now) { predictor_.Submitted(now); }

  void JobEnded(uint64_t now) { predictor_.JobEnded(now); }
  // A job waits at this moment, and takes what comes.
  bool active() const { return active_; }

  struct Wait {
    bool busy;  // after a stream of reads; else since the predictor says so
    uint32_t submitted;
    uint64_t begin_ns;
    uint64_t until_ns;
  };
  // For a job that has done so many batches and has nothing more. `fast`: the default lane is served from memory.
  bool Wanted(uint32_t batches, bool fast) const {
    return !alone_ && !active_ && (Busy(batches, fast) || predictor_.Expects());
  }
  // Then the job wakes the loop, and calls `Woken`.
  Wait Begin(uint32_t batches, bool fast) {
    active_ = true;
    return {Busy(batches, fast), submitted_.load(std::memory_order_acquire), 0, 0};
  }
  // The wait's time begins here. If both threads share a processor, the loop runs while the job
  // wakes it, and has often submitted its next operation by now. This is the shortest wait of all,
  // and must not count as a long one.
  static void Woken(Wait* wait, uint64_t now) {
    wait->begin_ns = now;
    wait->until_ns = now + (wait->busy ? kBusyLingerNs : PromptPredictor::kPatienceNs);
  }
  // Without the lock. What is pushed after `Begin` is in the inbox, or the loop thread has sorted it and counted it.
  bool Over(const Wait& wait, const Inbox& inbox, uint64_t now) const {
    return !inbox.empty() || submitted_.load(std::memory_order_acquire) != wait.submitted ||
           now >= wait.until_ns;
  }
  void End(const Wait& wait, uint64_t now, bool served) {
    active_ = false;
    if (!wait.busy) predictor_.Waited(now - wait.begin_ns, served);
  }

 private:
  static bool Busy(uint32_t batches, bool fast) { return fast && batches >= kBusyBatches; }

  const bool alone_;
  bool active_ = false;
  Atomic<uint32_t> submitted_{0};  // wraps
  PromptPredictor predictor_;
};

}  // namespace uvfiles
