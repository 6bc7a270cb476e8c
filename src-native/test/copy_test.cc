// CopyFile, CopyTree and Move: same bytes, same holes, and nothing lost when they fail.
#include <sys/stat.h>
#include <sys/xattr.h>

#include "core/tasks/copies.h"
#include "core/unique_fd.h"
#include "platform/posix/copy_content.h"
#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

Outcome Copy(const std::string& from, const std::string& to, int64_t flags = kCopyFollow,
             bool hurried = false) {
  return Run(TaskKind::kCopyFile, {from, to}, {flags}, hurried);
}

// A directory on another file system than /tmp, or empty.
std::string Elsewhere() {
  char path[] = "/dev/shm/uvfiles-cc-XXXXXX";
  struct stat here, there;
  if (::mkdtemp(path) == nullptr) return "";
  if (::stat("/tmp", &here) != 0 || ::stat(path, &there) != 0 || here.st_dev == there.st_dev) {
    ::rmdir(path);
    return "";
  }
  return path;
}

}  // namespace

TEST("copies bytes and permission bits, in one slice or many") {
  const std::string top = Scratch();
  const std::string text = Noise(9 * 1024 * 1024 + 17);
  WriteText(top + "/a", text);
  ::chmod((top + "/a").c_str(), 0741);
  for (const bool hurried : {false, true}) {
    const Outcome outcome = Copy(top + "/a", top + "/b", kCopyFollow, hurried);
    CHECK_EQ(outcome.code(), 0);
    CHECK_EQ(outcome.output, top + "/b");
    CHECK(ReadText(top + "/b") == text);
    CHECK_EQ(StatOf(top + "/b").st_mode & 07777, 0741);
  }
  // A longer target is cut.
  WriteText(top + "/short", "short");
  CHECK_EQ(Copy(top + "/short", top + "/b").code(), 0);
  CHECK_EQ(ReadText(top + "/b"), "short");
  Clear(top);
}

TEST("copies across file systems, from /proc, and to a device") {
  const std::string top = Scratch();
  const std::string other = Elsewhere();
  if (other.empty()) {
    std::puts("skipped: /dev/shm is no other file system");
  } else {
    const std::string text = Noise(5 * 1024 * 1024);
    WriteText(top + "/a", text);
    CHECK_EQ(Copy(top + "/a", other, kCopyFollow, true).output, other + "/a");
    CHECK(ReadText(other + "/a") == text);
    Clear(other);
  }
  CHECK_EQ(Copy("/proc/self/cmdline", top + "/p").code(), 0);
  CHECK_EQ(ReadText(top + "/p"), ReadText("/proc/self/cmdline"));
  CHECK_EQ(Copy(top + "/p", "/dev/null").code(), 0);
  Clear(top);
}

TEST("makes a directory like another one, and copies its files in blocks") {
  const std::string top = Scratch();
  MakeDir(top + "/a");
  ::chmod((top + "/a").c_str(), 0750);
  MakeDir(top + "/a/below");
  for (int i = 0; i < 100; i++) WriteText(top + "/a/f" + std::to_string(i), std::to_string(i));
  for (const bool hurried : {false, true}) {
    const std::string to = top + (hurried ? "/c" : "/b");
    const Outcome made = Run(TaskKind::kCopyFolder, {top + "/a", to}, {}, hurried);
    REQUIRE(made.code() == 0);
    uint32_t header[2];
    REQUIRE(made.output.size() > sizeof header);
    std::memcpy(header, made.output.data(), sizeof header);
    CHECK_EQ(header[0], kModeIsRight);
    REQUIRE(header[1] == 2);
    uint32_t ends[2];
    std::memcpy(ends, made.output.data() + sizeof header, sizeof ends);
    const std::string names = made.output.substr(sizeof header + sizeof ends);
    const std::string blocks[] = {names.substr(0, ends[0]),
                                  names.substr(ends[0], ends[1] - ends[0])};
    CHECK_EQ(names.substr(ends[1]), std::string("\x04"
                                                "below",
                                                7));
    for (const std::string& block : blocks)
      CHECK_EQ(Run(TaskKind::kCopyFiles, {top + "/a", to, block}, {}, hurried).code(), 0);
    for (int i = 0; i < 100; i++)
      CHECK_EQ(ReadText(to + "/f" + std::to_string(i)), std::to_string(i));
    // What is there already is not replaced.
    const Outcome again = Run(TaskKind::kCopyFiles, {top + "/a", to, blocks[0]}, {}, hurried);
    CHECK_EQ(again.code(), -EEXIST);
    CHECK_EQ(again.error.path, top + "/a/" + blocks[0].c_str());
    CHECK_EQ(again.error.dest, to + "/" + blocks[0].c_str());
    CHECK_EQ(Run(TaskKind::kCopyFolder, {top + "/a", to}, {}, hurried).code(), -EEXIST);
  }
  CHECK_EQ(Run(TaskKind::kCopyFolder, {top + "/none", top + "/d"}).code(), -ENOENT);
  Clear(top);
}

TEST("preserves holes") {
  const std::string top = Scratch();
  const int fd = ::open((top + "/a").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  REQUIRE(::pwrite(fd, "middle", 6, 8 << 20) == 6);
  REQUIRE(::ftruncate(fd, 32 << 20) == 0);
  ::close(fd);
  CHECK_EQ(Copy(top + "/a", top + "/b", kCopyFollow, true).code(), 0);
  CHECK(ReadText(top + "/b") == ReadText(top + "/a"));
  CHECK_EQ(StatOf(top + "/b").st_size, 32 << 20);
  CHECK(StatOf(top + "/b").st_blocks * 512 < (1 << 20));
  Clear(top);
}

TEST("never harms the original, whatever the target is") {
  const std::string top = Scratch();
  WriteText(top + "/a", "precious");
  REQUIRE(::link((top + "/a").c_str(), (top + "/b").c_str()) == 0);
  REQUIRE(::symlink("a", (top + "/s").c_str()) == 0);
  CHECK_EQ(Copy(top + "/a", top + "/a").code(), -EINVAL);
  CHECK_EQ(Copy(top + "/a", top + "/b").code(), -EINVAL);
  CHECK_EQ(Copy(top + "/a", top + "/s").code(), -EINVAL);
  CHECK_EQ(ReadText(top + "/a"), "precious");
  MakeDir(top + "/d");
  CHECK_EQ(Copy(top + "/d", top + "/x").code(), -EISDIR);
  REQUIRE(::mkfifo((top + "/f").c_str(), 0600) == 0);
  CHECK_EQ(Copy(top + "/f", top + "/x").code(), -EINVAL);
  CHECK_EQ(Copy(top + "/none", top + "/x").code(), -ENOENT);
  CHECK(!Exists(top + "/x"));
  WriteText(top + "/c", "other");
  CHECK_EQ(Copy(top + "/a", top + "/c", kCopyExclusive | kCopyFollow).code(), -EEXIST);
  CHECK_EQ(ReadText(top + "/c"), "other");
  CHECK_EQ(Copy(top + "/s", top + "/l", 0).code(), 0);
  CHECK(S_ISLNK(StatOf(top + "/l").st_mode));
  Clear(top);
}

TEST("preserves times, mode and attributes when asked to") {
  const std::string top = Scratch();
  WriteText(top + "/a", "x");
  const bool has_attributes = ::setxattr((top + "/a").c_str(), "user.kept", "v", 1, 0) == 0;
  ::chmod((top + "/a").c_str(), 04710);
  const struct timespec times[2] = {{1000, 1}, {2000, 2}};
  ::utimensat(AT_FDCWD, (top + "/a").c_str(), times, 0);
  CHECK_EQ(Copy(top + "/a", top + "/b", kCopyPreserve | kCopyFollow).code(), 0);
  CHECK_EQ(StatOf(top + "/b").st_mtim.tv_sec, 2000);
  CHECK_EQ(StatOf(top + "/b").st_mtim.tv_nsec, 2);
  CHECK_EQ(StatOf(top + "/b").st_mode & 07777, 04710);
  char value;
  if (has_attributes) CHECK_EQ(::getxattr((top + "/b").c_str(), "user.kept", &value, 1), 1);
  CHECK_EQ(Copy(top + "/a", top + "/c").code(), 0);
  CHECK_EQ(StatOf(top + "/c").st_mode & 07777, 0710);
  CHECK(StatOf(top + "/c").st_mtim.tv_sec != 2000);
  Clear(top);
}

TEST("checks for cancellation at least once per megabyte") {
  // A file system without shared blocks: each piece is copied.
  if (::access("/dev/shm", W_OK) != 0) return;
  const std::string from = "/dev/shm/uvfiles-copy-from-" + std::to_string(::getpid());
  const std::string to = "/dev/shm/uvfiles-copy-to-" + std::to_string(::getpid());
  constexpr int64_t kSize = 24 * 1024 * 1024;
  WriteText(from, std::string(kSize, 'x'));
  const UniqueFd source(::open(from.c_str(), O_RDONLY));
  const UniqueFd target(::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
  REQUIRE(source && target);
  struct Never : Task {
    Step Run(const Slice&) override { return Step::kDone; }
  } task;
  CopyContent copy;
  copy.Begin(source.Get(), target.Get(), kSize, kSize / 512, true);
  CHECK(copy.Run(Slice(0), task) == Step::kAgain);
  CHECK(StatOf(to).st_size <= 1024 * 1024);
  task.Cancel();
  CHECK(copy.Run(Slice(), task) == Step::kDone);
  CHECK_EQ(copy.code(), -ECANCELED);
  ::unlink(from.c_str());
  ::unlink(to.c_str());
}

TEST("removes a partial copy when cancelled") {
  const std::string top = Scratch();
  WriteText(top + "/a", Noise(20 * 1024 * 1024));
  const int before = OpenDescriptors();
  auto task = Begin(TaskKind::kCopyFile, {top + "/a", top + "/b"}, {kCopyFollow});
  CHECK_EQ(task->Run(Slice(0)), Step::kAgain);
  CHECK(Exists(top + "/b"));
  task->Cancel();
  CHECK_EQ(RunToEnd(*task).code(), -ECANCELED);
  CHECK(!Exists(top + "/b"));
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

namespace {

std::string Tree() {
  const std::string top = Scratch();
  MakeDir(top + "/src");
  MakeDir(top + "/src/ro");
  MakeDir(top + "/src/empty");
  WriteText(top + "/src/ro/file", "content");
  WriteText(top + "/src/top", "t");
  REQUIRE(::symlink("nowhere", (top + "/src/dangling").c_str()) == 0);
  REQUIRE(::symlink("ro", (top + "/src/link").c_str()) == 0);
  REQUIRE(::mkfifo((top + "/src/fifo").c_str(), 0600) == 0);
  ::chmod((top + "/src/ro").c_str(), 0555);
  return top;
}

}  // namespace

TEST("copies a tree with its links, modes and times, and refuses to copy it into itself") {
  for (const bool hurried : {false, true}) {
    const std::string top = Tree();
    const Outcome outcome =
        Run(TaskKind::kCopyTree, {top + "/src", top + "/new/dst"}, {kCopyPreserve}, hurried);
    CHECK_EQ(outcome.code(), 0);
    CHECK_EQ(ReadText(top + "/new/dst/ro/file"), "content");
    CHECK_EQ(StatOf(top + "/new/dst/ro").st_mode & 0777, 0555);
    CHECK_EQ(StatOf(top + "/new/dst/ro").st_mtim.tv_nsec, StatOf(top + "/src/ro").st_mtim.tv_nsec);
    CHECK(S_ISLNK(StatOf(top + "/new/dst/dangling").st_mode));
    CHECK(S_ISLNK(StatOf(top + "/new/dst/link").st_mode));
    CHECK(S_ISFIFO(StatOf(top + "/new/dst/fifo").st_mode));
    CHECK_EQ(CountEntries(top + "/new/dst"), 6);
    CHECK_EQ(Run(TaskKind::kCopyTree, {top + "/src", top + "/new/dst"}, {0}).code(), -EEXIST);
    CHECK_EQ(Run(TaskKind::kCopyTree, {top + "/src", top + "/src/ro/x/y"}, {0}).code(), -EINVAL);
    CHECK_EQ(Run(TaskKind::kCopyTree, {top + "/src", top + "/src"}, {kCopyExistOk}).code(),
             -EINVAL);
    CHECK(!Exists(top + "/src/ro/x"));
    CHECK_EQ(Run(TaskKind::kCopyTree, {top + "/src", top + "/new/dst"}, {kCopyExistOk}).code(), 0);
    Clear(top);
  }
}

TEST("copies the targets of links when asked to, and detects loops") {
  const std::string top = Tree();
  const Outcome dangling = Run(TaskKind::kCopyTree, {top + "/src", top + "/a"}, {kCopyFollow});
  CHECK_EQ(dangling.code(), -ENOENT);
  ::unlink((top + "/src/dangling").c_str());
  CHECK_EQ(Run(TaskKind::kCopyTree, {top + "/src", top + "/b"}, {kCopyFollow}).code(), 0);
  CHECK_EQ(ReadText(top + "/b/link/file"), "content");
  CHECK(S_ISDIR(StatOf(top + "/b/link").st_mode));
  REQUIRE(::symlink("..", (top + "/src/empty/up").c_str()) == 0);
  CHECK_EQ(Run(TaskKind::kCopyTree, {top + "/src", top + "/c"}, {kCopyFollow}).code(), -ELOOP);
  Clear(top);
}

TEST("moves within a file system, into directories, and not onto an existing file") {
  const std::string top = Tree();
  MakeDir(top + "/in");
  CHECK_EQ(Run(TaskKind::kMove, {top + "/src", top + "/in"}).output, top + "/in/src");
  CHECK(!Exists(top + "/src"));
  WriteText(top + "/src", "a file");
  CHECK_EQ(Run(TaskKind::kMove, {top + "/src", top + "/in"}).code(), -EEXIST);
  CHECK_EQ(Run(TaskKind::kMove, {top + "/in", top + "/in/src"}).code(), -EINVAL);
  CHECK_EQ(Run(TaskKind::kMove, {top + "/src", top + "/file"}).output, top + "/file");
  CHECK_EQ(Run(TaskKind::kMove, {top + "/none", top + "/file"}).code(), -ENOENT);
  Clear(top);
}

TEST("cancels the copy of a move across file systems, even during a step") {
  struct Part : Task {
    Step Run(const Slice&) override { return cancelled() ? Step::kDone : Step::kAgain; }
  } whole, part;
  part.BecomePartOf(&whole);
  CHECK_EQ(part.Run(Slice()), Step::kAgain);
  whole.Cancel();
  CHECK_EQ(part.Run(Slice()), Step::kDone);
  whole.Continue();
  CHECK(!part.cancelled());

  const std::string other = Elsewhere();
  if (other.empty()) return;
  const std::string top = Tree();
  WriteText(top + "/file", Noise(4 * 1024 * 1024));
  const int before = OpenDescriptors();
  for (const char* name : {"/file", "/src"}) {
    auto move = Begin(TaskKind::kMove, {top + name, other + name}, {});
    while (CountEntries(other) == 0) REQUIRE(move->Run(Slice(0)) == Step::kAgain);
    move->Cancel();
    CHECK_EQ(RunToEnd(*move).code(), -ECANCELED);
    CHECK_EQ(CountEntries(other), 0);
    CHECK(Exists(top + name));
  }
  CHECK_EQ(OpenDescriptors(), before);
  Run(TaskKind::kRemoveTree, {top}, {kForce});
  Clear(other);
}

TEST("moves trees, files and links across file systems") {
  const std::string other = Elsewhere();
  if (other.empty()) {
    std::puts("skipped: /dev/shm is no other file system");
    return;
  }
  for (const bool hurried : {false, true}) {
    const std::string top = Tree();
    CHECK_EQ(Run(TaskKind::kMove, {top + "/src", other}, {}, hurried).output, other + "/src");
    CHECK(!Exists(top + "/src"));
    CHECK_EQ(ReadText(other + "/src/ro/file"), "content");
    CHECK_EQ(StatOf(other + "/src/ro").st_mode & 0777, 0555);
    WriteText(top + "/file", "moved");
    CHECK_EQ(Run(TaskKind::kMove, {top + "/file", other + "/file"}, {}, hurried).code(), 0);
    CHECK_EQ(ReadText(other + "/file"), "moved");
    REQUIRE(::symlink("x", (top + "/l").c_str()) == 0);
    CHECK_EQ(Run(TaskKind::kMove, {top + "/l", other + "/l"}).code(), 0);
    CHECK(S_ISLNK(StatOf(other + "/l").st_mode));
    CHECK_EQ(CountEntries(other), 3);
    CHECK_EQ(CountEntries(top), 0);
    Clear(top);
    Run(TaskKind::kRemoveTree, {other + "/src"}, {kForce});
    ::unlink((other + "/l").c_str());
  }
  Clear(other);
}

TEST_MAIN()
