// RemoveTree that runs out of descriptors, or whose tree is changed meanwhile: it removes nothing else.
#include <sys/syscall.h>

#include <thread>

#include "core/tasks/remove_tree.h"
#include "test/removal_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

// A removal of `path` that has gone some way down and then waits for a descriptor.
std::unique_ptr<RemoveTree> Starving(const std::string& path) {
  auto task = Begin(path);
  for (int i = 0; i < 30; ++i) REQUIRE(task->Run(Slice(1)) == Step::kAgain);
  const DescriptorLimit none(0);
  Step step;
  while ((step = task->Run(Slice())) == Step::kAgain) {
  }
  CHECK(step == Step::kReady);
  CHECK(task->output.empty());
  // Still none to be had: nothing changes.
  CHECK(task->Run(Slice()) == Step::kReady);
  return task;
}

}  // namespace

TEST("holds no descriptor while it waits for one, and continues where it was") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 100, "d");
  const int before = CountEntries("/proc/self/fd");
  auto task = Starving(scratch + "/top");
  CHECK_EQ(CountEntries("/proc/self/fd"), before);
  const Outcome outcome = RunToEnd(*task);
  CHECK_EQ(outcome.error.code, 0);
  CHECK_EQ(outcome.removed, 201u);
  CHECK(!Exists(scratch + "/top"));
  Remove(scratch);
}

TEST("removes nothing else that takes its place while it holds no descriptor") {
  const std::string scratch = Scratch();
  for (const bool swaps_parent : {false, true}) {
    const std::string parent = scratch + (swaps_parent ? "/p1" : "/p0");
    MakeDir(parent);
    MakeDeep(parent + "/top", 60, "d");
    auto task = Starving(parent + "/top");
    const std::string moved = swaps_parent ? parent : parent + "/top";
    REQUIRE(::rename(moved.c_str(), (moved + "-moved").c_str()) == 0);
    if (swaps_parent) MakeDir(parent);
    MakeDir(parent + "/top");
    Touch(parent + "/top/other");
    CHECK_EQ(RunToEnd(*task).error.code, -ESTALE);
    CHECK(Exists(parent + "/top/other"));
  }
  // What is gone is as good as removed.
  MakeDeep(scratch + "/gone", 60, "d");
  auto task = Starving(scratch + "/gone");
  Remove(scratch + "/gone");
  CHECK_EQ(RunToEnd(*task).error.code, 0);
  Remove(scratch);
}

TEST("empties what is left of a tree whose middle is moved while it holds no descriptor") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 60, "d");
  MakeDir(scratch + "/elsewhere");
  auto task = Starving(scratch + "/top");
  std::string middle = scratch + "/top";
  for (int i = 0; i < 5; ++i) middle += "/d";
  REQUIRE(::rename(middle.c_str(), (scratch + "/elsewhere/moved").c_str()) == 0);
  CHECK_EQ(RunToEnd(*task).error.code, 0);
  CHECK(!Exists(scratch + "/top"));
  CHECK(Exists(scratch + "/elsewhere/moved/d"));
  Remove(scratch);
}

#ifdef SYS_renameat2
TEST("never follows a link that is swapped in for a directory, at any level") {
  const std::string scratch = Scratch();
  MakeDir(scratch + "/sentinel");
  for (int i = 0; i < 20; ++i) Touch(scratch + "/sentinel/" + std::to_string(i));
  REQUIRE(::chmod((scratch + "/sentinel").c_str(), 0755) == 0);
  for (int round = 0; round < 30; ++round) {
    MakeDir(scratch + "/top");
    for (int i = 0; i < 10; ++i) {
      const std::string dir = scratch + "/top/" + std::to_string(i);
      MakeDir(dir);
      MakeDir(dir + "/in");
      for (int j = 0; j < 10; ++j) Touch(dir + "/in/" + std::to_string(j));
      REQUIRE(::symlink((scratch + "/sentinel").c_str(),
                        (scratch + "/link" + std::to_string(i)).c_str()) == 0);
    }
    std::atomic<bool> stop{false};
    std::thread attacker([&] {
      for (int i = 0; !stop.load(); i = (i + 1) % 10) {
        const std::string name = std::to_string(i);
        const std::string inner = scratch + "/top/" + name + (round % 2 == 0 ? "" : "/in");
        constexpr unsigned kExchange = 2;
        ::syscall(SYS_renameat2, AT_FDCWD, inner.c_str(), AT_FDCWD,
                  (scratch + "/link" + name).c_str(), kExchange);
      }
    });
    size_t hands = 0;
    if (round % 3 == 0)
      RemoveWithHands(scratch + "/top", kForce, &hands);
    else
      Remove(scratch + "/top", kForce);
    stop.store(true);
    attacker.join();
    CHECK_EQ(CountEntries(scratch + "/sentinel"), 20);
    Remove(scratch + "/top", kMissingIsFine);
    for (int i = 0; i < 10; ++i) {
      const std::string link = scratch + "/link" + std::to_string(i);
      if (::unlink(link.c_str()) != 0) Remove(link, kMissingIsFine);
    }
  }
  struct stat st;
  REQUIRE(::stat((scratch + "/sentinel").c_str(), &st) == 0);
  CHECK_EQ(st.st_mode & 07777, 0755u);
  Remove(scratch);
}
#endif

TEST_MAIN()
