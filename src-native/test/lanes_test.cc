// The lanes by themselves: whose turn it is, how much a job takes, and how many jobs are worth starting.
#include "core/lanes.h"

#include <memory>
#include <string>
#include <vector>

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

// The default lane, and room for operations.
class Fixture {
 public:
  Fixture() {
    lanes.Add(Priority::kNormal, UINT32_MAX, UINT32_MAX);
    lanes.Add(Priority::kLow, UINT32_MAX, UINT32_MAX);
  }
  void Queue(uint8_t lane, int count = 1) {
    for (int i = 0; i < count; i++) {
      operations.push_back(std::make_unique<Operation>());
      operations.back()->lane = lane;
      operations.back()->next = nullptr;
      lanes.At(lane).waiting++;
      lanes.Sort(operations.back().get());
    }
  }
  // The letters of the lanes that are picked in turn; one operation each.
  std::string Picks(int count) {
    std::string picks;
    for (int i = 0; i < count; i++) {
      Lane* const lane = lanes.Pick();
      if (lane == nullptr) return picks;
      picks += static_cast<char>('a' + lane->TakeFirst()->lane);
    }
    return picks;
  }
  Lanes::Demand Wanted(uint32_t starting = 0) const { return lanes.JobsWanted(now, starting); }

  Lanes lanes;
  std::vector<std::unique_ptr<Operation>> operations;
  uint64_t now = 1000 * 1000 * 1000;
};

}  // namespace

TEST("picks the lane of the highest priority, and none if all are empty") {
  Fixture fixture;
  const int high = fixture.lanes.Add(Priority::kHigh, UINT32_MAX, UINT32_MAX);
  CHECK_EQ(high, 2);
  CHECK(!fixture.lanes.HasEligible());
  CHECK(fixture.lanes.Pick() == nullptr);
  fixture.Queue(1);
  fixture.Queue(0);
  fixture.Queue(2);
  CHECK(fixture.lanes.HasEligible());
  CHECK_EQ(fixture.Picks(9), "cab");
}

TEST("lets lanes of one priority take turns") {
  Fixture fixture;
  fixture.lanes.Add(Priority::kNormal, UINT32_MAX, UINT32_MAX);
  fixture.Queue(0, 3);
  fixture.Queue(2, 3);
  CHECK_EQ(fixture.Picks(9), "acacac");
}

TEST("gives a lane its turn after it was passed over often enough, then the others again") {
  Fixture fixture;
  fixture.Queue(0, 200);
  fixture.Queue(1, 2);
  CHECK_EQ(fixture.Picks(64), std::string(64, 'a'));
  CHECK_EQ(fixture.Picks(1), "b");
  CHECK_EQ(fixture.Picks(64), std::string(64, 'a'));
  CHECK_EQ(fixture.Picks(1), "b");
}

TEST("picks nothing, and requests no job, if a lane has all of its jobs") {
  Fixture fixture;
  fixture.lanes.Add(Priority::kHigh, 1, UINT32_MAX);
  fixture.Queue(2, 5);
  CHECK_EQ(fixture.Wanted().jobs, 1u);
  fixture.lanes.At(2).running_jobs = 1;
  CHECK(!fixture.lanes.HasEligible());
  CHECK(fixture.lanes.Pick() == nullptr);
  CHECK_EQ(fixture.Wanted().jobs, 0u);
}

TEST("shares a short queue among the jobs, and takes slow operations one by one") {
  Fixture fixture;
  fixture.Queue(0, 12);
  Lane& lane = fixture.lanes.At(0);
  CHECK_EQ(Lanes::HowMany(lane, 0, 16), 12u);
  CHECK_EQ(Lanes::HowMany(lane, 3, 16), 4u);
  CHECK_EQ(Lanes::HowMany(lane, 100, 16), 1u);
  CHECK_EQ(Lanes::HowMany(lane, 1, 8), 8u);
  lane.service_ewma = Lanes::kSlowNs + 1;
  CHECK_EQ(Lanes::HowMany(lane, 1, 16), 1u);
}

TEST("requests a job for each operation of a slow lane, and one for all of a fast lane") {
  Fixture fixture;
  fixture.Queue(0, 10);
  CHECK_EQ(fixture.Wanted().jobs, 10u);
  Lane& lane = fixture.lanes.At(0);
  lane.service_ewma = 1000;
  lane.running_jobs = 1;
  lane.progress_ns = fixture.now;
  CHECK_EQ(fixture.Wanted().jobs, 0u);
  CHECK(fixture.Wanted().held_back);
  // Unless there is so much that another one is worth it, or the job that has it takes nothing.
  fixture.Queue(0, 300);
  CHECK_EQ(fixture.Wanted().jobs, 2u);
  CHECK(!fixture.Wanted().held_back);
  lane.progress_ns = fixture.now - Lanes::kStuckNs;
  CHECK_EQ(fixture.Wanted().jobs, 310u);
}

TEST("reuses the number of a retired lane once nothing refers to it") {
  Fixture fixture;
  const int number = fixture.lanes.Add(Priority::kNormal, UINT32_MAX, UINT32_MAX);
  fixture.Queue(static_cast<uint8_t>(number));
  fixture.lanes.Retire(static_cast<uint8_t>(number));
  CHECK(fixture.lanes.Add(Priority::kNormal, UINT32_MAX, UINT32_MAX) != number);
  fixture.Picks(1);
  fixture.lanes.At(static_cast<uint8_t>(number)).parked++;
  CHECK(fixture.lanes.Add(Priority::kNormal, UINT32_MAX, UINT32_MAX) != number);
  fixture.lanes.At(static_cast<uint8_t>(number)).parked--;
  CHECK_EQ(fixture.lanes.Add(Priority::kNormal, UINT32_MAX, UINT32_MAX), number);
}

TEST("averages service times, and recognizes a fast lane by them") {
  Lane lane;
  for (int i = 0; i < 50; i++) lane.RecordCompleted(10, 1000);
  CHECK(lane.fast.load());
  CHECK_EQ(lane.completed, 50u);
  CHECK_EQ(lane.wait.sum(), 500u);
  for (int i = 0; i < 50; i++) lane.RecordCompleted(10, 100 * 1000);
  CHECK(!lane.fast.load());
  CHECK(lane.service_ewma > Lanes::kSlowNs);
}

TEST("removes all operations at the end") {
  Fixture fixture;
  fixture.Queue(0, 2);
  fixture.Queue(1, 1);
  int count = 0;
  while (fixture.lanes.PopAny() != nullptr) count++;
  CHECK_EQ(count, 3);
  CHECK(!fixture.lanes.HasEligible());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
