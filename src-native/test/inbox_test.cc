// The inbox: what comes out, in which order, and that nothing is lost between threads.
#include "core/inbox.h"

#include <memory>
#include <thread>
#include <vector>

#include "test/check.h"

namespace uvfiles {
namespace test {

TEST("returns everything at once, the oldest first") {
  Inbox inbox;
  CHECK(inbox.empty());
  CHECK(inbox.TakeAll() == nullptr);
  Operation operations[3];
  for (Operation& each : operations) inbox.Push(&each);
  CHECK(!inbox.empty());
  Operation* next = inbox.TakeAll();
  for (Operation& each : operations) {
    REQUIRE(next == &each);
    next = next->next;
  }
  CHECK(next == nullptr);
  CHECK(inbox.empty());
}

TEST("loses nothing while threads push and one takes, and keeps each thread's order") {
  constexpr int kThreads = 3;
  constexpr int kEach = 5000;
  Inbox inbox;
  const auto operations = std::make_unique<Operation[]>(kThreads * kEach);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; t++) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; i++) {
        Operation& operation = operations[t * kEach + i];
        operation.lane = static_cast<uint8_t>(t);
        operation.size = static_cast<size_t>(i);
        inbox.Push(&operation);
      }
    });
  }
  size_t next[kThreads] = {};
  int taken = 0;
  while (taken < kThreads * kEach) {
    for (Operation* each = inbox.TakeAll(); each != nullptr; each = each->next) {
      CHECK_EQ(each->size, next[each->lane]);
      next[each->lane]++;
      taken++;
    }
    std::this_thread::yield();
  }
  for (std::thread& each : threads) each.join();
  CHECK(inbox.empty());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
