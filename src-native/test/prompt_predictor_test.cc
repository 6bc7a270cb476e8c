// When a job may expect the next submission: told by times that the test makes up.
#include "core/prompt_predictor.h"

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

constexpr uint64_t kShort = 1000;
constexpr uint64_t kPatience = PromptPredictor::kPatienceNs;

// A job's end, and the next submission so much later.
void gap(PromptPredictor& predictor, uint64_t ns) {
  static uint64_t now = 1000 * 1000 * 1000;
  predictor.job_ended(now);
  now += ns;
  predictor.submitted(now);
}

void convinced(PromptPredictor& predictor) {
  for (uint32_t i = 0; i < PromptPredictor::kMost; i++) gap(predictor, kShort);
}

}  // namespace

TEST("expects the next one after a few that came promptly") {
  PromptPredictor predictor;
  for (uint32_t i = 0; i < PromptPredictor::kWorth; i++) {
    CHECK(!predictor.expects());
    gap(predictor, kPatience - 1);
  }
  CHECK(predictor.expects());
}

TEST("does not after one that a job would have waited for in vain") {
  PromptPredictor predictor;
  convinced(predictor);
  gap(predictor, kPatience);
  CHECK(!predictor.expects());
}

TEST("takes a submission that came before the end was written for a prompt one") {
  PromptPredictor predictor;
  for (uint32_t i = 0; i < PromptPredictor::kWorth; i++) {
    predictor.job_ended(2000);
    predictor.submitted(1000);
  }
  CHECK(predictor.expects());
}

TEST("forgives one wait in vain, and not two") {
  PromptPredictor predictor;
  convinced(predictor);
  predictor.waited(kShort, false);
  CHECK(predictor.expects());
  predictor.waited(kShort, false);
  CHECK(!predictor.expects());
}

TEST("ends after many long waits in a row, whatever they brought") {
  PromptPredictor predictor;
  convinced(predictor);
  for (uint32_t i = 1; i < PromptPredictor::kLongWaits; i++) {
    predictor.waited(PromptPredictor::kLongNs + 1, true);
    CHECK(predictor.expects());
  }
  predictor.waited(kShort, true);  // not in a row
  for (uint32_t i = 1; i < PromptPredictor::kLongWaits; i++) {
    predictor.waited(PromptPredictor::kLongNs + 1, true);
    CHECK(predictor.expects());
  }
  predictor.waited(PromptPredictor::kLongNs + 1, true);
  CHECK(!predictor.expects());
  for (uint32_t i = 0; i < PromptPredictor::kWorth; i++) gap(predictor, kShort);
  CHECK(predictor.expects());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
