// WriteAtomic and OpenAtomic: the old content or the new, and no third name.
#include "core/tasks/write_atomic.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#include <cerrno>

#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

Outcome WriteNew(const std::string& path, const std::string& data, int64_t flags = kDurable,
                 int64_t permissions = 0666, bool hurried = false) {
  return Run(TaskKind::kWriteAtomic, {path, data}, {flags, permissions}, hurried);
}

}  // namespace

TEST("replaces the content and keeps mode, owner and attributes") {
  const std::string top = Scratch();
  const mode_t before = ::umask(022);
  CHECK_EQ(WriteNew(top + "/a", "first").code(), 0);
  CHECK_EQ(StatOf(top + "/a").st_mode & 07777, 0644);
  ::chmod((top + "/a").c_str(), 0751);
  const bool is_root = ::geteuid() == 0;
  if (is_root) CHECK_EQ(::chown((top + "/a").c_str(), 1234, 4321), 0);
  const bool has_attributes = ::setxattr((top + "/a").c_str(), "user.kept", "v", 1, 0) == 0;
  const std::string second(3 * 1024 * 1024, 's');
  CHECK_EQ(WriteNew(top + "/a", second, kDurable, 0666, true).code(), 0);
  CHECK(ReadText(top + "/a") == second);
  CHECK_EQ(StatOf(top + "/a").st_mode & 07777, 0751);
  if (is_root) CHECK_EQ(StatOf(top + "/a").st_uid, 1234);
  if (is_root) CHECK_EQ(StatOf(top + "/a").st_gid, 4321);
  char value;
  if (has_attributes) CHECK_EQ(::getxattr((top + "/a").c_str(), "user.kept", &value, 1), 1);
  CHECK_EQ(WriteNew(top + "/a", "third", kPermissionsGiven, 0600).code(), 0);
  CHECK_EQ(StatOf(top + "/a").st_mode & 07777, 0600);
  CHECK_EQ(CountEntries(top), 1);
  ::umask(before);
  Clear(top);
}

TEST("keeps attributes even without a free descriptor to read them") {
  const std::string top = Scratch();
  WriteText(top + "/a", "old");
  if (::setxattr((top + "/a").c_str(), "user.kept", "v", 1, 0) == 0) {
    const int lowest = ::open("/dev/null", O_RDONLY);
    ::close(lowest);
    // The directory and the new file are all that can be opened.
    const int code = WithDescriptorsBelow(static_cast<rlim_t>(lowest) + 2,
                                          [&] { return WriteNew(top + "/a", "new", 0).code(); });
    CHECK_EQ(code, 0);
    char value;
    CHECK_EQ(::getxattr((top + "/a").c_str(), "user.kept", &value, 1), 1);
    CHECK_EQ(ReadText(top + "/a"), "new");
  }
  Clear(top);
}

TEST("writes through a link and leaves it a link") {
  const std::string top = Scratch();
  MakeDir(top + "/d");
  WriteText(top + "/d/real", "old");
  REQUIRE(::symlink("d/real", (top + "/l").c_str()) == 0);
  REQUIRE(::symlink("d/new", (top + "/dangling").c_str()) == 0);
  REQUIRE(::symlink("loop", (top + "/loop").c_str()) == 0);
  CHECK_EQ(WriteNew(top + "/l", "new").code(), 0);
  CHECK(S_ISLNK(StatOf(top + "/l").st_mode));
  CHECK_EQ(ReadText(top + "/d/real"), "new");
  CHECK_EQ(WriteNew(top + "/dangling", "made").code(), 0);
  CHECK_EQ(ReadText(top + "/d/new"), "made");
  CHECK_EQ(WriteNew(top + "/loop", "x").code(), -ELOOP);
  CHECK_EQ(CountEntries(top), 4);
  CHECK_EQ(CountEntries(top + "/d"), 2);
  Clear(top);
}

TEST("rejects a path that it cannot replace, and names it") {
  const std::string top = Scratch();
  CHECK_EQ(WriteNew(top, "x").code(), -EISDIR);
  CHECK_EQ(WriteNew("/dev/null", "x").code(), -EINVAL);
  const Outcome missing = WriteNew(top + "/none/a", "x");
  CHECK_EQ(missing.code(), -ENOENT);
  CHECK_EQ(missing.error.path, top + "/none/a");
  WriteText(top + "/a", "old");
  CHECK_EQ(WriteNew(top + "/a", "x", kAtomicExclusive).code(), -EEXIST);
  CHECK_EQ(WriteNew(top + "/a/", "x").code(), -ENOTDIR);
  CHECK_EQ(ReadText(top + "/a"), "old");
  CHECK_EQ(CountEntries(top), 1);
  CHECK_EQ(WriteNew(top + "/" + std::string(255, 'n'), "x").code(), 0);
  CHECK_EQ(WriteNew(top + "/" + std::string(255, 'n'), "y").code(), 0);
  CHECK_EQ(ReadText(top + "/" + std::string(255, 'n')), "y");
  Clear(top);
}

TEST("leaves the old file and nothing else when cancelled") {
  const std::string top = Scratch();
  WriteText(top + "/a", "old");
  const int before = OpenDescriptors();
  {
    auto task = Begin(TaskKind::kWriteAtomic, {top + "/a", std::string(4 << 20, 'n')}, {0, 0666});
    CHECK_EQ(task->Run(Slice(0)), Step::kAgain);
    task->Cancel();
    CHECK_EQ(RunToEnd(*task).code(), -ECANCELED);
    auto dropped =
        Begin(TaskKind::kWriteAtomic, {top + "/a", std::string(4 << 20, 'n')}, {0, 0666});
    CHECK_EQ(dropped->Run(Slice(0)), Step::kAgain);
  }
  CHECK_EQ(ReadText(top + "/a"), "old");
  CHECK_EQ(CountEntries(top), 1);
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("leaves the old file and nothing else when the disk is full") {
  const std::string top = Scratch();
  if (::mount("tmpfs", top.c_str(), "tmpfs", 0, "size=128k") != 0) {
    std::puts("skipped: may not mount a tmpfs");
    ::rmdir(top.c_str());
    return;
  }
  WriteText(top + "/a", "old");
  const Outcome outcome = WriteNew(top + "/a", std::string(1 << 20, 'n'));
  CHECK_EQ(outcome.code(), -ENOSPC);
  CHECK_EQ(std::string(outcome.error.syscall), "write");
  CHECK_EQ(ReadText(top + "/a"), "old");
  CHECK_EQ(CountEntries(top), 1);
  CHECK_EQ(WriteNew(top + "/a", std::string(64 << 10, 'n')).code(), 0);
  ::umount(top.c_str());
  ::rmdir(top.c_str());
}

TEST("works for a user who may write only in the directory") {
  const std::string top = Scratch();
  WriteText(top + "/a", "root's");
  AsUnprivileged([&] {
    if (WriteNew(top + "/a", "mine").code() != 0) return false;
    if (WriteNew(top + "/new", "mine").code() != 0) return false;
    return ReadText(top + "/a") == "mine" && CountEntries(top) == 2;
  });
  Clear(top);
}

TEST("streams into a file that appears on the second step") {
  const std::string top = Scratch();
  WriteText(top + "/a", "old");
  const int before = OpenDescriptors();
  auto task = Begin(TaskKind::kOpenAtomic, {top + "/a"}, {kDurable, 0666});
  CHECK_EQ(task->Run(Slice()), Step::kReady);
  const int fd = ::open(task->output.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  task->output.clear();
  REQUIRE(::write(fd, "streamed", 8) == 8);
  ::close(fd);
  CHECK_EQ(ReadText(top + "/a"), "old");
  CHECK_EQ(task->Run(Slice()), Step::kDone);
  CHECK_EQ(task->error.code, 0);
  CHECK_EQ(ReadText(top + "/a"), "streamed");
  task.reset();
  auto dropped = Begin(TaskKind::kOpenAtomic, {top + "/a"}, {kDurable, 0666});
  CHECK_EQ(dropped->Run(Slice()), Step::kReady);
  dropped.reset();  // with its output untaken
  CHECK_EQ(OpenDescriptors(), before);
  CHECK_EQ(CountEntries(top), 1);
  Clear(top);
}

TEST("returns an empty batch while there is no descriptor") {
  const std::string top = Scratch();
  auto task = Begin(TaskKind::kWriteAtomic, {top + "/a", "x"}, {kDurable, 0666});
  for (int spare = 0; spare < 3; spare++) {
    const Step step =
        WithDescriptorsBelow(static_cast<rlim_t>(3 + spare), [&] { return task->Run(Slice()); });
    if (step == Step::kDone) break;
    CHECK_EQ(step, Step::kReady);
    CHECK_EQ(task->error.code, 0);
    CHECK_EQ(CountEntries(top), 0);
  }
  CHECK_EQ(RunToEnd(*task).code(), 0);
  CHECK_EQ(ReadText(top + "/a"), "x");
  Clear(top);
}

TEST_MAIN()
