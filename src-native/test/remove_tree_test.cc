// RemoveTree on real trees: what it removes, what it must never touch, and what it says about the rest.
#include "core/tasks/remove_tree.h"

#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "test/removal_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

struct Report {
  int code;
  std::string syscall;
  std::string path;
};

Report Decode(const std::string& record) {
  int32_t code;
  uint32_t lengths[2];
  REQUIRE(record.size() >= 12);
  std::memcpy(&code, record.data(), 4);
  std::memcpy(lengths, record.data() + 4, 8);
  REQUIRE(record.size() == 12 + lengths[0] + lengths[1]);
  return {code, record.substr(12, lengths[0]), record.substr(12 + lengths[0])};
}

}  // namespace

TEST("removes files, directories, links, pipes and names that are not UTF-8") {
  const std::string scratch = Scratch();
  const std::string top = scratch + "/top";
  MakeDir(top);
  MakeDir(top + "/a");
  MakeDir(top + "/a/b");
  MakeDir(top + "/empty");
  Touch(top + "/a/b/file");
  Touch(top + "/a/\xff\xfe bytes");
  REQUIRE(::mkfifo((top + "/pipe").c_str(), 0600) == 0);
  REQUIRE(::symlink("nowhere", (top + "/dangling").c_str()) == 0);
  REQUIRE(::link((top + "/a/b/file").c_str(), (top + "/hard").c_str()) == 0);
  const Outcome outcome = Remove(top + "//");
  CHECK_EQ(outcome.error.code, 0);
  CHECK_EQ(outcome.removed, 9u);
  CHECK_EQ(outcome.failures, 0u);
  CHECK(!Exists(top));
  ::rmdir(scratch.c_str());
}

TEST("removes links to directories without following them") {
  const std::string scratch = Scratch();
  MakeDir(scratch + "/sentinel");
  Touch(scratch + "/sentinel/file");
  MakeDir(scratch + "/top");
  REQUIRE(::symlink((scratch + "/sentinel").c_str(), (scratch + "/top/link").c_str()) == 0);
  REQUIRE(::symlink("../sentinel", (scratch + "/top/relative").c_str()) == 0);
  CHECK_EQ(Remove(scratch + "/top").error.code, 0);
  CHECK(!Exists(scratch + "/top"));
  CHECK(Exists(scratch + "/sentinel/file"));
  Remove(scratch);
}

TEST("rejects a link or a file as the top, also with a trailing slash") {
  const std::string scratch = Scratch();
  MakeDir(scratch + "/sentinel");
  Touch(scratch + "/sentinel/file");
  REQUIRE(::symlink("sentinel", (scratch + "/link").c_str()) == 0);
  for (const char* suffix : {"", "/", "//"}) {
    const Outcome outcome = Remove(scratch + "/link" + suffix, kForce);
    CHECK_EQ(outcome.error.code, -ENOTDIR);
    CHECK_EQ(outcome.error.path, scratch + "/link" + suffix);
  }
  CHECK_EQ(Remove(scratch + "/sentinel/file").error.code, -ENOTDIR);
  CHECK(Exists(scratch + "/link"));
  CHECK(Exists(scratch + "/sentinel/file"));
  Remove(scratch);
}

TEST("refuses the root, . and .. before anything is removed") {
  for (const char* path : {"/", "//", ".", "..", "/tmp/.", "/tmp/.."})
    CHECK_EQ(Remove(path).error.code, -EINVAL);
}

TEST("reports a missing tree, unless this is allowed") {
  const Outcome outcome = Remove("/tmp/uvfiles-cc-is-not-there");
  CHECK_EQ(outcome.error.code, -ENOENT);
  CHECK_EQ(outcome.error.path, "/tmp/uvfiles-cc-is-not-there");
  CHECK_EQ(outcome.failures, 1u);
  CHECK_EQ(Remove("/tmp/uvfiles-cc-is-not-there", kMissingIsFine).error.code, 0);
  CHECK_EQ(Remove("/tmp/uvfiles-cc-is-not-there", kIgnoreErrors).error.code, 0);
}

TEST("removes a tree far deeper than PATH_MAX and than the limit of descriptors") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 3000, std::string(100, 'd'));
  {
    const DescriptorLimit limit(24);
    const Outcome outcome = Remove(scratch + "/top");
    CHECK_EQ(outcome.error.code, 0);
    CHECK_EQ(outcome.removed, 6001u);
  }
  CHECK(!Exists(scratch + "/top"));
  ::rmdir(scratch.c_str());
}

TEST("finds the way up with descriptors for only two levels") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 50, "d");
  std::vector<int> taken;
  {
    const DescriptorLimit limit(64);
    for (int fd; (fd = ::dup(0)) >= 0;) taken.push_back(fd);
    // Base, top, the level in use and the one that is opened next.
    for (int i = 0; i < 4; ++i) {
      ::close(taken.back());
      taken.pop_back();
    }
    CHECK_EQ(Remove(scratch + "/top").error.code, 0);
    for (const int fd : taken) ::close(fd);
  }
  CHECK(!Exists(scratch + "/top"));
  ::rmdir(scratch.c_str());
}

TEST("waits for a descriptor if the process has none left") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 5, "d");
  auto task = Begin(scratch + "/top");
  REQUIRE(task->Run(Slice(0)) == Step::kAgain);  // base and top are open
  {
    const DescriptorLimit limit(64);
    std::vector<int> taken;
    for (int fd; (fd = ::dup(0)) >= 0;) taken.push_back(fd);
    for (int i = 0; i < 20 && CountEntries(scratch + "/top") > 1; ++i) task->Run(Slice(0));
    for (int i = 0; i < 5; ++i) {
      CHECK_EQ(task->Run(Slice(0)), Step::kReady);
      CHECK_EQ(task->output.size(), 0u);
    }
    CHECK(Exists(scratch + "/top/d"));
    for (const int fd : taken) ::close(fd);
  }
  CHECK_EQ(RunToEnd(*task).error.code, 0);
  CHECK(!Exists(scratch + "/top"));
  ::rmdir(scratch.c_str());
}

TEST("waits for the first descriptor as well") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 2, "d");
  auto task = Begin(scratch + "/top");
  {
    const DescriptorLimit limit(64);
    std::vector<int> taken;
    for (int fd; (fd = ::dup(0)) >= 0;) taken.push_back(fd);
    CHECK_EQ(task->Run(Slice()), Step::kReady);
    ::close(taken.back());  // enough for the base, not for the top
    taken.pop_back();
    CHECK_EQ(task->Run(Slice()), Step::kReady);
    for (const int fd : taken) ::close(fd);
  }
  CHECK_EQ(RunToEnd(*task).error.code, 0);
  CHECK(!Exists(scratch + "/top"));
  ::rmdir(scratch.c_str());
}

TEST("removes directories of mode 0000 when told to force it") {
  const std::string scratch = Scratch();
  AsUnprivileged([&] {
    const std::string top = scratch + "/top";
    for (const char* dir :
         {"", "/locked", "/locked/in", "/readonly", "/listonly", "/listonly/in", "/empty"})
      MakeDir(top + dir);
    for (const char* file :
         {"/locked/file", "/locked/in/file", "/readonly/file", "/listonly/in/file"}) {
      Touch(top + file);
      ::chmod((top + file).c_str(), 0);
    }
    ::chmod((top + "/locked/in").c_str(), 0);
    ::chmod((top + "/locked").c_str(), 0);
    ::chmod((top + "/readonly").c_str(), 0500);
    ::chmod((top + "/listonly").c_str(), 0400);
    ::chmod((top + "/empty").c_str(), 0);
    ::chmod(top.c_str(), 0);
    return Remove(top, kForce).error.code == 0 && !Exists(top);
  });
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("continues after an entry that it cannot remove, and names the first failure") {
  const std::string scratch = Scratch();
  AsUnprivileged([&] {
    const std::string top = scratch + "/top";
    for (const char* dir : {"", "/shut", "/open"}) MakeDir(top + dir);
    for (const char* file : {"/shut/one", "/shut/two", "/open/file", "/file"}) Touch(top + file);
    ::chmod((top + "/shut").c_str(), 0500);
    const Outcome outcome = Remove(top);
    CHECK_EQ(outcome.error.code, -EACCES);
    CHECK_EQ(std::string(outcome.error.syscall), "unlink");
    CHECK(outcome.error.path == top + "/shut/one" || outcome.error.path == top + "/shut/two");
    CHECK_EQ(outcome.failures, 2u);
    CHECK(!Exists(top + "/open"));
    CHECK(!Exists(top + "/file"));
    const Outcome ignored = Remove(top, kIgnoreErrors);
    CHECK_EQ(ignored.error.code, 0);
    CHECK_EQ(ignored.failures, 2u);
    ::chmod((top + "/shut").c_str(), 0700);
    return Failures().load() == 0;
  });
  CHECK_EQ(Remove(scratch).error.code, 0);
}

TEST("reports each failure before it leaves the directory, so that the receiver can fix it") {
  const std::string scratch = Scratch();
  AsUnprivileged([&] {
    const std::string top = scratch + "/top";
    MakeDir(top);
    MakeDir(top + "/shut");
    Touch(top + "/shut/file");
    ::chmod((top + "/shut").c_str(), 0500);
    auto task = Begin(top, kReportEach);
    int reports = 0;
    for (Step step; (step = task->Run(Slice())) != Step::kDone;) {
      if (step != Step::kReady) continue;
      const Report report = Decode(task->output);
      task->output.clear();
      ++reports;
      CHECK_EQ(report.code, -EACCES);
      CHECK_EQ(report.syscall, "unlink");
      CHECK_EQ(report.path, top + "/shut/file");
      ::chmod((top + "/shut").c_str(), 0700);
      ::unlink((top + "/shut/file").c_str());
    }
    CHECK_EQ(reports, 1);
    CHECK_EQ(task->error.code, 0);
    CHECK(!Exists(top));
    return Failures().load() == 0;
  });
  ::rmdir(scratch.c_str());
}

TEST("also reports a top that cannot be opened") {
  auto task = Begin("/tmp/uvfiles-cc-is-not-there", kReportEach);
  CHECK_EQ(task->Run(Slice()), Step::kReady);
  CHECK_EQ(Decode(task->output).code, -ENOENT);
  task->output.clear();
  CHECK_EQ(task->Run(Slice()), Step::kDone);
  CHECK_EQ(task->error.code, 0);
}

TEST("removes something at each step of a slice that is used up") {
  const std::string scratch = Scratch();
  MakeDir(scratch + "/top");
  for (int i = 0; i < 50; ++i) Touch(scratch + "/top/" + std::to_string(i));
  auto task = Begin(scratch + "/top");
  int steps = 0;
  while (task->Run(Slice(1)) == Step::kAgain) ++steps;
  CHECK(steps >= 50);
  CHECK(!Exists(scratch + "/top"));
  ::rmdir(scratch.c_str());
}

TEST("stops between two entries when cancelled") {
  const std::string scratch = Scratch();
  MakeDir(scratch + "/top");
  for (int i = 0; i < 10; ++i) Touch(scratch + "/top/" + std::to_string(i));
  auto task = Begin(scratch + "/top");
  for (int i = 0; i < 3; ++i) REQUIRE(task->Run(Slice(1)) == Step::kAgain);
  task->Cancel();
  CHECK_EQ(task->Run(Slice()), Step::kDone);
  CHECK_EQ(task->error.code, -ECANCELED);
  CHECK_EQ(CountEntries(scratch + "/top"), 7);
  Remove(scratch);
}

TEST("tolerates entries that vanish or appear meanwhile") {
  const std::string scratch = Scratch();
  for (int round = 0; round < 5; ++round) {
    MakeDir(scratch + "/top");
    for (int i = 0; i < 200; ++i) {
      MakeDir(scratch + "/top/" + std::to_string(i));
      Touch(scratch + "/top/" + std::to_string(i) + "/file");
    }
    std::thread other([&] {
      for (int i = 0; i < 200; i += 2) {
        ::unlink((scratch + "/top/" + std::to_string(i) + "/file").c_str());
        ::rmdir((scratch + "/top/" + std::to_string(i)).c_str());
        ::mkdir((scratch + "/top/late" + std::to_string(i % 7)).c_str(), 0755);
      }
    });
    const Outcome outcome = Remove(scratch + "/top");
    other.join();
    CHECK_EQ(outcome.error.code, 0);
    Remove(scratch + "/top", kMissingIsFine);
  }
  ::rmdir(scratch.c_str());
}

TEST("does not touch the siblings of a directory that is moved while it is emptied") {
  const std::string scratch = Scratch();
  MakeDeep(scratch + "/top", 60, "d");
  MakeDir(scratch + "/elsewhere");
  Touch(scratch + "/elsewhere/file");
  auto task = Begin(scratch + "/top");
  // Far enough down for the upper levels to have been given up, then the middle goes.
  for (int i = 0; i < 100; ++i) REQUIRE(task->Run(Slice(1)) == Step::kAgain);
  std::string middle = scratch + "/top";
  for (int i = 0; i < 20; ++i) middle += "/d";
  REQUIRE(::rename(middle.c_str(), (scratch + "/elsewhere/moved").c_str()) == 0);
  CHECK_EQ(RunToEnd(*task).error.code, 0);
  CHECK(!Exists(scratch + "/top"));
  CHECK(Exists(scratch + "/elsewhere/file"));
  Remove(scratch);
}

TEST_MAIN()
