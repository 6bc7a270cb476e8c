// The mount table: what a path leads into, which of it is local, and what is opened from it on the loop thread.
#ifdef __linux__
#include "platform/linux/mount_table.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "core/inline_io.h"
#include "platform/cached.h"
#include "platform/linux/kernel_version.h"
#include "test/temp_support.h"

namespace uvfiles {
namespace test {

namespace {

using platform::MountTable;

std::string Line(int id, int parent, const std::string& root, const std::string& type,
                 const std::string& options = "rw") {
  return std::to_string(id) + " " + std::to_string(parent) + " 0:" + std::to_string(id) + " / " +
         root + " rw,relatime shared:1 - " + type + " none " + options + "\n";
}

// The number of the mount, negative for one that is not local; 0 for none.
int Under(const std::string& text, const char* path) {
  const auto table = MountTable::Parse(text);
  const MountTable::Mount* const mount = table->Find(path);
  if (mount == nullptr) return 0;
  return mount->local ? static_cast<int>(mount->id) : -static_cast<int>(mount->id);
}

const std::string kRoot = Line(1, 0, "/", "ext4");

// The number that mountinfo has for what is mounted at the path; 0 for nothing.
int ShownId(const std::string& at) {
  std::ifstream table("/proc/self/mountinfo");
  int id = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.find(" " + at + " ") != std::string::npos) id = std::stoi(line);
  }
  return id;
}

// Learns anew and waits until that is known.
std::shared_ptr<const MountTable> LearnAnew() {
  platform::WantMounts();
  std::shared_ptr<const MountTable> known;
  while ((known = platform::KnownMounts()) == nullptr) {
    platform::WantMounts();
    platform::LearnMountsIfWanted();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return known;
}

bool Write(const std::string& path, const std::string& content) {
  std::ofstream(path) << content;
  return true;
}

// What `path` says when it is opened inline; "miss" where it is the pool's.
std::string Inline(const std::shared_ptr<const MountTable>& mounts, const std::string& path) {
  const int fd = platform::OpenCached(*mounts, path.c_str(), O_RDONLY);
  if (fd < 0) return "miss";
  char data[16];
  const ssize_t count = ::read(fd, data, sizeof data);
  ::close(fd);
  return std::string(data, count > 0 ? static_cast<size_t>(count) : 0);
}

// Runs `body` in a child with mounts of its own; its exit code, or -1 where that is not permitted.
template <typename Body>
int InNamespace(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      ::_exit(99);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 99) {
    std::printf("    not tried: mounts need root\n");
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace

TEST("finds the mount that a path leads into") {
  const std::string text = kRoot + Line(2, 1, "/tmp", "tmpfs") + Line(3, 1, "/home", "nfs4") +
                           Line(4, 3, "/home/local\\040disk", "xfs") + Line(5, 1, "/proc", "proc");
  CHECK_EQ(Under(text, "/"), 1);
  CHECK_EQ(Under(text, "/etc/passwd"), 1);
  CHECK_EQ(Under(text, "/tmp"), 2);
  CHECK_EQ(Under(text, "/tmp/a/b/c"), 2);
  CHECK_EQ(Under(text, "/tmp/"), 2);
  CHECK_EQ(Under(text, "/tmpfile"), 1);
  CHECK_EQ(Under(text, "/home/user/f"), -3);
  CHECK_EQ(Under(text, "/home/local disk/f"), 4);
  CHECK_EQ(Under(text, "/proc/self"), -5);
  CHECK_EQ(Under("", "/etc"), 0);
}

TEST("knows that a later mount covers an earlier one and what is below it") {
  const std::string text = kRoot + Line(2, 1, "/cover", "tmpfs") + Line(3, 2, "/cover/b", "tmpfs");
  CHECK_EQ(Under(text, "/cover/b/f"), 3);
  CHECK_EQ(Under(text + Line(4, 2, "/cover", "fuse.slow"), "/cover/b/f"), -4);
  CHECK_EQ(Under(text + Line(4, 2, "/cover", "fuse.slow"), "/cover"), -4);
  CHECK_EQ(Under(text + Line(4, 3, "/cover/b", "nfs"), "/cover/b/f"), -4);
  CHECK_EQ(Under(text + Line(4, 3, "/cover/b", "nfs"), "/cover/f"), 2);
  // A directory above the place where it is mounted, on the same file system.
  const std::string beside = kRoot + Line(2, 1, "/a/b", "tmpfs") + Line(3, 1, "/a", "fuse.slow");
  CHECK_EQ(Under(beside, "/a/b/f"), -3);
  // The root, which is covered by what is mounted over it.
  CHECK_EQ(Under(kRoot + Line(2, 1, "/tmp", "tmpfs") + Line(3, 1, "/", "nfs"), "/tmp/f"), -3);
  // Lines in any order.
  CHECK_EQ(Under(Line(4, 2, "/cover", "fuse.slow") + Line(3, 2, "/cover/b", "tmpfs") +
                     Line(2, 1, "/cover", "tmpfs") + kRoot,
                 "/cover/b/f"),
           -4);
}

TEST("treats an overlay as local if its layers are") {
  const std::string base = kRoot + Line(2, 1, "/far", "nfs4") + Line(3, 1, "/near", "ext4");
  const auto overlay = [&](const std::string& options) {
    return Under(base + Line(9, 1, "/merged", "overlay", options), "/merged/f");
  };
  CHECK_EQ(overlay("rw,lowerdir=/near/l,upperdir=/near/u,workdir=/near/w"), 9);
  CHECK_EQ(overlay("rw,lowerdir=/near/l:/far/l,upperdir=/near/u,workdir=/near/w"), -9);
  CHECK_EQ(overlay("rw,lowerdir=/near/l,upperdir=/far/u,workdir=/far/w"), -9);
  CHECK_EQ(overlay("ro,lowerdir+=/near/l,lowerdir+=/far/l"), -9);
  CHECK_EQ(overlay("ro,lowerdir=/near/a\\134:b:/near/c::/far/data"), -9);
  CHECK_EQ(overlay("ro,lowerdir=/near/a\\134:/far/x:/near/c"), 9);
  // Layers that cannot be seen from here.
  CHECK_EQ(overlay("rw,lowerdir=l/ABC:l/DEF,upperdir=diff"), 9);
  // An overlay over an overlay over a remote one.
  CHECK_EQ(Under(base + Line(8, 1, "/top", "overlay", "ro,lowerdir=/merged/x:/near/y") +
                     Line(9, 1, "/merged", "overlay", "ro,lowerdir=/far/l:/near/l"),
                 "/top/f"),
           -8);
}

// Work that grew with the square of its length would exceed the time that a program has here.
TEST("reads a table of 100,000 mounts") {
  std::string text = kRoot;
  for (int i = 2; i < 100000; i++)
    text += Line(i, i % 2 == 0 ? 1 : i - 1, "/m/" + std::to_string(i / 2), "tmpfs");
  CHECK_EQ(Under(text, "/m/7/x"), 15);
}

TEST("opens nothing in the old root after chroot") {
  const std::string folder = Scratch();
  const int code = InNamespace([&] {
    ::mkdir((folder + "/jail").c_str(), 0755);
    ::mkdir((folder + "/other").c_str(), 0755);
    if (::mount("none", (folder + "/other").c_str(), "tmpfs", 0, nullptr) != 0) return 99;
    const std::string inside = folder + "/jail" + folder;
    if (::system(("mkdir -p " + inside + "/other").c_str()) != 0) return 98;
    Write(folder + "/f", "outside");
    Write(folder + "/other/f", "outside");
    Write(inside + "/f", "inside");
    Write(inside + "/other/f", "inside");
    const auto mounts = LearnAnew();
    Inline(mounts, folder + "/f");
    const std::string before = Inline(mounts, folder + "/other/f");
    if (before != "outside" && before != "miss") return 1;
    if (::chroot((folder + "/jail").c_str()) != 0) return 99;
    // At once, with what was learnt before, as in the same iteration of a loop.
    for (int i = 0; i < 20; i++) {
      if (Inline(mounts, folder + "/f") == "outside") return 2;
      if (Inline(mounts, folder + "/other/f") == "outside") return 3;
    }
    // And it is seen to have changed.
    return platform::KnownMounts() == nullptr || Inline(mounts, folder + "/f") == "inside" ? 0 : 4;
  });
  if (code >= 0) CHECK_EQ(code, 0);
  ::system(("rm -rf " + folder).c_str());
}

TEST("does not open a file system that was mounted over a known mount later") {
  const std::string folder = Scratch();
  const int code = InNamespace([&] {
    const std::string at = folder + "/m";
    ::mkdir(at.c_str(), 0755);
    if (::mount("none", at.c_str(), "tmpfs", 0, nullptr) != 0) return 99;
    Write(at + "/f", "first");
    const auto mounts = LearnAnew();
    const std::string before = Inline(mounts, at + "/f");
    if (before != "first" && before != "miss") return 1;
    if (::mount("none", at.c_str(), "tmpfs", 0, nullptr) != 0) return 99;
    Write(at + "/f", "second");
    if (Inline(mounts, at + "/f") != "miss") return 2;
    // Whoever looks first uses up what the kernel tells; it is not lost for the others.
    if (!mounts->Changed() || !mounts->Changed()) return 3;
    return platform::KnownMounts() == nullptr ? 0 : 4;
  });
  if (code >= 0) CHECK_EQ(code, 0);
  ::system(("rm -rf " + folder).c_str());
}

TEST("counts as changed if there was no descriptor to read it with") {
  struct rlimit before;
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const struct rlimit none = {0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto mounts = MountTable::Learn();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  if (!platform::KernelAtLeast(5, 12)) return;
  CHECK(mounts->LackedDescriptor());
  CHECK(mounts->Changed());
  CHECK(!MountTable::Learn()->LackedDescriptor());
}

// The kernel gives the number of an unmounted file system to the next one.
TEST("does not open a mount that has the number of an earlier known one") {
  const std::string folder = Scratch();
  for (const bool may_be_unique : {true, false}) {
    const int code = InNamespace([&] {
      const std::string at = folder + "/m";
      ::mkdir(at.c_str(), 0755);
      for (int i = 0; i < 20; i++) {
        if (::mount("none", at.c_str(), "tmpfs", 0, nullptr) != 0) return 99;
        Write(at + "/f", "first");
        const int number = ShownId(at);
        const auto mounts = MountTable::Learn(may_be_unique);
        const std::string inside = Inline(mounts, at + "/f");
        if (inside != "first" && inside != "miss") return 1;
        if (::umount(at.c_str()) != 0) return 98;
        if (::mount("none", at.c_str(), "tmpfs", 0, nullptr) != 0) return 99;
        Write(at + "/f", "second");
        const bool reused = ShownId(at) == number;
        if (Inline(mounts, at + "/f") != "miss") return 2;
        if (::chdir(at.c_str()) != 0 || Inline(mounts, "f") != "miss") return 3;
        if (::chdir("/") != 0 || ::umount(at.c_str()) != 0) return 98;
        if (reused) return 0;
      }
      std::printf("    not tried: numbers are not reused here\n");
      return 0;
    });
    if (code >= 0) CHECK_EQ(code, 0);
  }
  ::system(("rm -rf " + folder).c_str());
}

}  // namespace test
}  // namespace uvfiles
#else
#include "test/check.h"
#endif

TEST_MAIN()
