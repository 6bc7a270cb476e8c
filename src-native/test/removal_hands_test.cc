// RemoveTree with hands in other threads: what they do is done once, what they leave is found again.
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>

#include "test/removal_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

TEST("is helped by threads that join, leave, and stop half-way") {
  const std::string scratch = Scratch();
  const std::string top = scratch + "/top";
  size_t hands = 0;
  for (int round = 0; round < 5; ++round) {
    uint64_t entries = 1;
    MakeDir(top);
    for (int i = 0; i < 12; ++i) {
      const std::string dir = top + "/" + std::to_string(i);
      MakeDir(dir);
      MakeDir(dir + "/below");
      // Deep enough for the upper levels to be given up while entries of theirs are with others.
      MakeDeep(dir + "/deep", 30, "d");
      entries += 2 + 1 + 2 * 30;
      for (int j = 0; j < 70; ++j, entries += 2) {
        Touch(dir + "/" + std::to_string(j));
        Touch(dir + "/below/" + std::to_string(j));
      }
    }
    const Outcome outcome = RemoveWithHands(top, 0, &hands);
    CHECK_EQ(outcome.error.code, 0);
    CHECK_EQ(outcome.failures, 0u);
    CHECK_EQ(outcome.removed, entries);
    CHECK(!Exists(top));
  }
  CHECK(hands >= 15);
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("reports once what helpers cannot remove, and removes the rest") {
  const std::string scratch = Scratch();
  AsUnprivileged([&] {
    const std::string top = scratch + "/top";
    MakeDir(top);
    for (int i = 0; i < 20; ++i) {
      const std::string dir = top + "/" + std::to_string(i);
      MakeDir(dir);
      MakeDir(dir + "/shut");
      for (int j = 0; j < 40; ++j) Touch(dir + "/" + std::to_string(j));
      Touch(dir + "/shut/file");
      ::chmod((dir + "/shut").c_str(), 0500);
    }
    size_t hands = 0;
    const Outcome outcome = RemoveWithHands(top, 0, &hands);
    CHECK_EQ(outcome.error.code, -EACCES);
    CHECK_EQ(std::string(outcome.error.syscall), "unlink");
    CHECK(outcome.error.path.find("/shut/file") != std::string::npos);
    CHECK_EQ(outcome.failures, 20u);
    CHECK_EQ(outcome.removed, 800u);
    CHECK_EQ(CountEntries(top + "/7"), 1);
    const Outcome forced = RemoveWithHands(top, kForce, &hands);
    CHECK_EQ(forced.error.code, 0);
    CHECK_EQ(forced.removed, 61u);
    return !Exists(top);
  });
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("does the same with helpers as alone if descriptors are short and the tree is deep") {
  const std::string scratch = Scratch();
  size_t hands = 0;
  for (int round = 0; round < 3; ++round) {
    MakeDir(scratch + "/top");
    for (int i = 0; i < 12; ++i)
      MakeDeep(scratch + "/top/" + std::to_string(i), 300, std::string(40, 'd'));
    Outcome outcome;
    {
      DescriptorLimit limit(static_cast<rlim_t>(CountEntries("/proc/self/fd") + 12 * (1 + round)));
      outcome = RemoveWithHands(scratch + "/top", 0, &hands);
    }
    CHECK_EQ(outcome.error.code, 0);
    CHECK_EQ(outcome.failures, 0u);
    CHECK_EQ(outcome.removed, 1u + 12 * 601);
    CHECK_EQ(CountEntries(scratch), 0);
  }
  CHECK(hands > 0);
  ::rmdir(scratch.c_str());
}

TEST("has no work for a helper that comes late") {
  TaskArguments arguments;
  arguments.numbers.push_back(0x7fffffff);
  CHECK(MakeRemoveTreeHand(std::move(arguments))->Run(Slice()) == Step::kDone);
}

TEST_MAIN()
