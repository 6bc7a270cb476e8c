// When a job waits for the next submission, and until when: told by times that the test makes up.
#include "core/lingering.h"

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

constexpr uint64_t kStart = 1000 * 1000 * 1000;
constexpr uint32_t kFew = 0;
constexpr uint32_t kMany = Lingering::kBusyBatches;
constexpr uint64_t kPatience = PromptPredictor::kPatienceNs;

// Jobs whose next submission came a moment after their end.
void Convince(Lingering& lingering) {
  for (uint32_t i = 0; i < PromptPredictor::kMost; i++) {
    lingering.JobEnded(kStart);
    lingering.SubmittedToNoJob(kStart + 1);
  }
}

Lingering::Wait Begin(Lingering& lingering, uint32_t batches, bool fast) {
  Lingering::Wait wait = lingering.Begin(batches, fast);
  Lingering::Woken(&wait, kStart);
  return wait;
}

}  // namespace

TEST("waits after a stream of reads from memory, not after a single batch or slow ones") {
  Lingering lingering(false);
  CHECK(lingering.Wanted(kMany, true));
  CHECK(!lingering.Wanted(kMany - 1, true));
  CHECK(!lingering.Wanted(kMany, false));
}

TEST("waits if the last jobs got their next work promptly") {
  Lingering lingering(false);
  CHECK(!lingering.Wanted(kFew, false));
  Convince(lingering);
  CHECK(lingering.Wanted(kFew, false));
}

TEST("never waits if the loop would have to share its processor with the job") {
  Lingering lingering(true);
  Convince(lingering);
  CHECK(!lingering.Wanted(kMany, true));
}

TEST("lets one job wait at a time") {
  Lingering lingering(false);
  const Lingering::Wait wait = Begin(lingering, kMany, true);
  CHECK(lingering.active());
  CHECK(!lingering.Wanted(kMany, true));
  lingering.End(wait, kStart, false);
  CHECK(!lingering.active());
  CHECK(lingering.Wanted(kMany, true));
}

TEST("ends a wait after a limit: sooner after a stream than when a call is expected") {
  Lingering lingering(false);
  Inbox inbox;
  const Lingering::Wait busy = Begin(lingering, kMany, true);
  CHECK(!lingering.Over(busy, inbox, kStart + Lingering::kBusyLingerNs - 1));
  CHECK(lingering.Over(busy, inbox, kStart + Lingering::kBusyLingerNs));
  lingering.End(busy, kStart + Lingering::kBusyLingerNs, false);
  const Lingering::Wait expecting = Begin(lingering, kFew, false);
  CHECK(!lingering.Over(expecting, inbox, kStart + kPatience - 1));
  CHECK(lingering.Over(expecting, inbox, kStart + kPatience));
}

TEST("ends a wait when an operation is in the inbox") {
  Lingering lingering(false);
  Inbox inbox;
  const Lingering::Wait wait = Begin(lingering, kMany, true);
  CHECK(!lingering.Over(wait, inbox, kStart));
  Operation operation;
  inbox.Push(&operation);
  CHECK(lingering.Over(wait, inbox, kStart));
}

TEST("ends a wait when the loop thread has sorted an operation that was submitted") {
  Lingering lingering(false);
  Inbox inbox;
  lingering.Submitted();
  const Lingering::Wait wait = Begin(lingering, kMany, true);
  CHECK(!lingering.Over(wait, inbox, kStart));
  lingering.Submitted();
  CHECK(lingering.Over(wait, inbox, kStart));
}

TEST("does not count the time that waking the loop takes as time waited") {
  Lingering lingering(false);
  Convince(lingering);
  const uint64_t woken = kStart + 2 * PromptPredictor::kLongNs;
  for (uint32_t i = 0; i < PromptPredictor::kLongWaits; i++) {
    Lingering::Wait wait = lingering.Begin(kFew, false);
    Lingering::Woken(&wait, woken);
    lingering.End(wait, woken + 1, true);
  }
  CHECK(lingering.Wanted(kFew, false));
}

TEST("expects less after waits in vain, except after those that follow a stream") {
  Lingering lingering(false);
  Convince(lingering);
  for (int i = 0; i < 5; i++) {
    lingering.End(Begin(lingering, kMany, true), kStart + 1, false);
  }
  CHECK(lingering.Wanted(kFew, false));
  for (int i = 0; i < 2; i++) {
    lingering.End(Begin(lingering, kFew, false), kStart + 1, false);
  }
  CHECK(!lingering.Wanted(kFew, false));
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
