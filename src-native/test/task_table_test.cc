// The table of tasks: who frees what, when, and that a number is never another task's.
#include "core/task_table.h"

#include <memory>

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

class Counted final : public Task {
 public:
  explicit Counted(int* alive) : alive_(alive) { ++*alive_; }
  ~Counted() override { --*alive_; }
  Step Run(const Slice&) override { return Step::kDone; }

 private:
  int* const alive_;
};

std::unique_ptr<Task> Make(int* alive) { return std::make_unique<Counted>(alive); }

}  // namespace

TEST("keeps a task until it is freed, and does not find its number afterwards") {
  int alive = 0;
  TaskTable table;
  TaskTable::Entry* const entry = table.Add(Make(&alive), false);
  const uint32_t id = entry->id();
  CHECK(id != 0);
  CHECK(table.Find(id) == entry);
  entry->Started();
  entry->Settled(true);
  CHECK_EQ(alive, 1);
  table.Free(entry);
  CHECK_EQ(alive, 0);
  CHECK(table.Find(id) == nullptr);
  TaskTable::Entry* const next = table.Add(Make(&alive), false);
  CHECK(next->id() != id);
  CHECK(table.Find(id) == nullptr);
}

TEST("frees a running task when it has settled, cancelled") {
  int alive = 0;
  TaskTable table;
  TaskTable::Entry* const entry = table.Add(Make(&alive), false);
  entry->Started();
  table.Free(entry);
  CHECK_EQ(alive, 1);
  CHECK(entry->task()->cancelled());
  entry->Settled(false);
  CHECK_EQ(alive, 0);
}

TEST("frees a passing task at its end, and not after a batch") {
  int alive = 0;
  TaskTable table;
  TaskTable::Entry* const entry = table.Add(Make(&alive), true);
  entry->Started();
  entry->Settled(false);
  CHECK_EQ(alive, 1);
  entry->Started();
  entry->Settled(true);
  CHECK_EQ(alive, 0);
}

TEST("frees all tasks when it is cleared") {
  int alive = 0;
  TaskTable table;
  for (int i = 0; i < 10; i++) table.Add(Make(&alive), i % 2 == 0);
  CHECK_EQ(alive, 10);
  table.Clear();
  CHECK_EQ(alive, 0);
  for (int i = 0; i < 10; i++) table.Add(Make(&alive), false);
  CHECK_EQ(alive, 10);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
