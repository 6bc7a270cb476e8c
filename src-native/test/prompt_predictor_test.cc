// When a job may expect the next submission: told by times that the test makes up.
#include "core/prompt_predictor.h"

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

constexpr uint64_t kShort = 1000;
constexpr uint64_t kPatience = PromptPredictor::kPatienceNs;

// A job's end, and the next submission so much later.
void Gap(PromptPredictor& predictor, uint64_t ns) {
  static uint64_t now = 1000 * 1000 * 1000;
  predictor.JobEnded(now);
  now += ns;
  predictor.Submitted(now);
}

void Convinced(PromptPredictor& predictor) {
  for (uint32_t i = 0; i < PromptPredictor::kMost; i++) Gap(predictor, kShort);
}

}  // namespace

TEST("expects the next call after a few prompt ones") {
  PromptPredictor predictor;
  for (uint32_t i = 0; i < PromptPredictor::kWorth; i++) {
    CHECK(!predictor.Expects());
    Gap(predictor, kPatience - 1);
  }
  CHECK(predictor.Expects());
}

TEST("expects none after a call that a job would have waited for in vain") {
  PromptPredictor predictor;
  Convinced(predictor);
  Gap(predictor, kPatience);
  CHECK(!predictor.Expects());
}

TEST("counts a submission before the recorded end of a job as prompt") {
  PromptPredictor predictor;
  for (uint32_t i = 0; i < PromptPredictor::kWorth; i++) {
    predictor.JobEnded(2000);
    predictor.Submitted(1000);
  }
  CHECK(predictor.Expects());
}

TEST("tolerates one wait in vain, and not two") {
  PromptPredictor predictor;
  Convinced(predictor);
  predictor.Waited(kShort, false);
  CHECK(predictor.Expects());
  predictor.Waited(kShort, false);
  CHECK(!predictor.Expects());
}

TEST("stops after many long waits in a row, even if they succeeded") {
  PromptPredictor predictor;
  Convinced(predictor);
  for (uint32_t i = 1; i < PromptPredictor::kLongWaits; i++) {
    predictor.Waited(PromptPredictor::kLongNs + 1, true);
    CHECK(predictor.Expects());
  }
  predictor.Waited(kShort, true);  // not in a row
  for (uint32_t i = 1; i < PromptPredictor::kLongWaits; i++) {
    predictor.Waited(PromptPredictor::kLongNs + 1, true);
    CHECK(predictor.Expects());
  }
  predictor.Waited(PromptPredictor::kLongNs + 1, true);
  CHECK(!predictor.Expects());
  for (uint32_t i = 0; i < PromptPredictor::kWorth; i++) Gap(predictor, kShort);
  CHECK(predictor.Expects());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
