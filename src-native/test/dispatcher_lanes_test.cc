// The dispatcher's lanes on libuv's real pool, one loop: order, priorities, ageing, concurrency, limits and figures.
#include <string>

#include "core/dispatcher.h"
#include "test/dispatcher_support.h"

namespace uvfiles {
namespace test {

TEST("keeps the order of operations within a lane") {
  ProcessPool pool(2);
  Station station(pool);
  std::vector<int> order;
  for (int i = 0; i < 300; i++) station.Submit([&order, i] { order.push_back(i); });
  station.RunAll();
  REQUIRE(order.size() == 300);
  for (int i = 0; i < 300; i++) CHECK_EQ(order[i], i);
}

TEST("serves lanes of higher priority first") {
  ProcessPool pool(2);
  Station station(pool);
  const int low = station.dispatcher->AddLane(Priority::kLow, UINT32_MAX, UINT32_MAX);
  const int high = station.dispatcher->AddLane(Priority::kHigh, UINT32_MAX, UINT32_MAX);
  Gate gate;
  Occupy(station, gate, 1);
  std::string order;
  for (int i = 0; i < 3; i++) station.Submit(Once([&] { order += 'l'; }), low);
  for (int i = 0; i < 3; i++) station.Submit(Once([&] { order += 'n'; }));
  for (int i = 0; i < 3; i++) station.Submit(Once([&] { order += 'h'; }), high);
  gate.Open();
  station.RunAll();
  CHECK_EQ(order, "hhhnnnlll");
}

TEST("a lane that is passed over long enough gets its turn") {
  ProcessPool pool(2);
  Station station(pool);
  const int low = station.dispatcher->AddLane(Priority::kLow, UINT32_MAX, UINT32_MAX);
  const int high = station.dispatcher->AddLane(Priority::kHigh, UINT32_MAX, UINT32_MAX);
  Gate gate;
  Occupy(station, gate, 1);
  int high_done = 0;
  int high_before_low = -1;
  station.Submit(Once([&] { high_before_low = high_done; }), low);
  for (int i = 0; i < 5000; i++) station.Submit(Once([&] { high_done++; }), high);
  gate.Open();
  station.RunAll();
  CHECK_EQ(high_done, 5000);
  CHECK(high_before_low >= 0 && high_before_low < 4000);
}

TEST("lanes of one priority take turns") {
  ProcessPool pool(2);
  Station station(pool);
  const int other = station.dispatcher->AddLane(Priority::kNormal, UINT32_MAX, UINT32_MAX);
  Gate gate;
  Occupy(station, gate, 1);
  int first_done = 0;
  int first_before_other = -1;
  for (int i = 0; i < 1000; i++) station.Submit([&] { first_done++; });
  station.Submit(Once([&] { first_before_other = first_done; }), other);
  gate.Open();
  station.RunAll();
  CHECK(first_before_other >= 0 && first_before_other < 100);
}

TEST("a lane's concurrency holds, and leaves the other jobs to other lanes") {
  ProcessPool pool(kThreads);
  Station station(pool);
  const int narrow = station.dispatcher->AddLane(Priority::kHigh, 1, UINT32_MAX);
  Gate gate;
  std::atomic<int> in_narrow{0};
  std::atomic<int> most{0};
  for (int i = 0; i < 50; i++) {
    station.Submit(Once([&] {
                     if (++in_narrow > most.load()) most = in_narrow.load();
                     gate.Pass();
                     in_narrow--;
                   }),
                   narrow);
  }
  gate.AwaitWaiting(1);
  for (int i = 0; i < 50; i++) station.Submit(Nothing);
  station.RunUntil([&] { return station.delivered >= 50; });
  CHECK_EQ(in_narrow.load(), 1);
  gate.Open();
  station.RunAll();
  CHECK_EQ(most.load(), 1);
  CHECK_EQ(station.delivered, 100);
}

TEST("a full lane rejects and counts operations, and accepts more when there is room") {
  ProcessPool pool(2);
  Station station(pool);
  const int lane = station.dispatcher->AddLane(Priority::kNormal, UINT32_MAX, 3);
  Gate gate;
  Occupy(station, gate, 1);
  for (int i = 0; i < 3; i++) CHECK(station.Submit(Once(Nothing), lane) != nullptr);
  CHECK(station.Submit(Once(Nothing), lane) == nullptr);
  Dispatcher::LaneFigures figures;
  REQUIRE(station.dispatcher->ReadLaneFigures(lane, &figures));
  CHECK_EQ(figures.queued, 3u);
  CHECK_EQ(figures.rejected, 1u);
  gate.Open();
  station.RunAll();
  CHECK(station.Submit(Once(Nothing), lane) != nullptr);
  station.RunAll();
  REQUIRE(station.dispatcher->ReadLaneFigures(lane, &figures));
  CHECK_EQ(figures.queued, 0u);
  CHECK_EQ(figures.running, 0u);
  CHECK_EQ(figures.completed, 4u);
  CHECK_EQ(figures.wait.count(), 4u);
  CHECK_EQ(figures.service.count(), 4u);
}

TEST("the figures count cancelled operations") {
  ProcessPool pool(2);
  Station station(pool);
  Gate gate;
  Occupy(station, gate, 1);
  for (int i = 0; i < 5; i++) station.dispatcher->Cancel(station.Submit(Nothing)->operation);
  gate.Open();
  station.RunAll();
  Dispatcher::LaneFigures figures;
  REQUIRE(station.dispatcher->ReadLaneFigures(Dispatcher::kDefaultLane, &figures));
  CHECK_EQ(figures.cancelled, 5u);
  CHECK_EQ(figures.completed, 1u);
  CHECK(!station.dispatcher->ReadLaneFigures(200, &figures));
}

TEST("lanes run out at 4096") {
  ProcessPool pool(2);
  Station station(pool);
  for (size_t i = 2; i < Lanes::kMost; i++) {
    CHECK_EQ(station.dispatcher->AddLane(Priority::kNormal, 1, 1), static_cast<int>(i));
  }
  CHECK_EQ(station.dispatcher->AddLane(Priority::kNormal, 1, 1), -1);
  station.Submit(Once(Nothing), 4095);
  station.RunAll();
  CHECK_EQ(station.delivered, 1);
}

TEST("reuses the number of a retired lane once it is empty") {
  ProcessPool pool(2);
  Station station(pool);
  Dispatcher& dispatcher = *station.dispatcher;
  Gate gate;
  const auto busy = static_cast<uint16_t>(dispatcher.AddLane(Priority::kNormal, 1, 100));
  station.Submit(Once([&] { gate.Pass(); }), busy);
  gate.AwaitWaiting(1);
  dispatcher.RetireLane(busy);
  const int second = dispatcher.AddLane(Priority::kNormal, 1, 100);
  CHECK(second != busy);
  gate.Open();
  station.RunUntil([&] { return station.delivered == 1; });
  CHECK_EQ(dispatcher.AddLane(Priority::kHigh, 1, 100), busy);
  Dispatcher::LaneFigures figures;
  CHECK(dispatcher.ReadLaneFigures(busy, &figures));
  CHECK_EQ(figures.completed, 0u);
  for (int i = 0; i < 1000; i++) {
    const int number = dispatcher.AddLane(Priority::kNormal, 1, 100);
    REQUIRE(number > 0);
    dispatcher.RetireLane(static_cast<uint16_t>(number));
  }
  // The lanes that always exist stay.
  dispatcher.RetireLane(Dispatcher::kDefaultLane);
  CHECK(dispatcher.AddLane(Priority::kNormal, 1, 100) > Dispatcher::kBulkLane);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
