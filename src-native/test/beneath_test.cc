// What is done beneath a root stays beneath it, by openat2 and component by component alike.
#include "platform/posix/tasks/beneath.h"

#include <atomic>
#include <cerrno>
#include <thread>

#include "core/tasks/path_call.h"
#include "core/unique_fd.h"
#include "platform/posix/open_beneath.h"
#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

// By openat2 where there is one, and component by component.
const bool kWays[] = {LacksOpenat2(), true};

Outcome Call(bool stepwise, PathCallName call, std::vector<std::string> bytes,
             std::vector<int64_t> numbers = {}) {
  TaskArguments arguments;
  arguments.bytes = std::move(bytes);
  arguments.numbers = std::move(numbers);
  arguments.numbers.insert(arguments.numbers.begin(), static_cast<int64_t>(call));
  const auto task = MakeBeneath(std::move(arguments), stepwise);
  return RunToEnd(*task);
}

// root/{file, dir/{inner}, up -> .., out -> ../secret, abs -> /etc, in -> dir/inner, dirlink -> dir, loop -> loop,
// back -> dir/../file, new -> dir/made}, secret beside it.
std::string Tree() {
  const std::string top = Scratch();
  REQUIRE(::mkdir((top + "/root").c_str(), 0755) == 0);
  REQUIRE(::mkdir((top + "/root/dir").c_str(), 0755) == 0);
  WriteText(top + "/root/file", "file");
  WriteText(top + "/root/dir/inner", "inner");
  WriteText(top + "/secret", "secret");
  const char* const links[][2] = {
      {"..", "up"},       {"../secret", "out"}, {"/etc", "abs"},         {"dir/inner", "in"},
      {"dir", "dirlink"}, {"loop", "loop"},     {"dir/../file", "back"}, {"dir/made", "new"}};
  for (const auto& link : links) {
    REQUIRE(::symlink(link[0], (top + "/root/" + link[1]).c_str()) == 0);
  }
  return top;
}

std::string Content(bool stepwise, const std::string& root, const std::string& path) {
  TaskArguments arguments;
  arguments.bytes = {root, path};
  arguments.numbers = {static_cast<int64_t>(PathCallName::kOpen), O_RDONLY, 0};
  const auto task = MakeBeneath(std::move(arguments), stepwise);
  REQUIRE(task->Run(Slice()) == Step::kDone);
  if (task->opened < 0)
    return task->error.syscall + std::string(" ") + std::to_string(-task->error.code);
  char text[16];
  const ssize_t size = ::read(task->opened, text, sizeof text);
  return size < 0 ? "<unread>" : std::string(text, static_cast<size_t>(size));
}

}  // namespace

TEST("opens files beneath the root, also through links that stay beneath it") {
  const std::string top = Tree();
  const std::string root = top + "/root";
  const int before = OpenDescriptors();
  for (const bool way : kWays) {
    for (const char* path :
         {"file", "./file", "dir/../file", "back", "dirlink/../file", "dir//.././file"})
      CHECK_EQ(Content(way, root, path), "file");
    for (const char* path : {"dir/inner", "in", "dirlink/inner", "dirlink//./inner"})
      CHECK_EQ(Content(way, root, path), "inner");
    CHECK_EQ(Content(way, root, "none"), "open " + std::to_string(ENOENT));
    CHECK_EQ(Content(way, root, "dir"), "open " + std::to_string(EISDIR));
    CHECK_EQ(Content(way, root, "file/x"), "open " + std::to_string(ENOTDIR));
    CHECK_EQ(Content(way, root, "file/"), "open " + std::to_string(ENOTDIR));
    CHECK_EQ(Content(way, root, "loop"), "open " + std::to_string(ELOOP));
    CHECK_EQ(Content(way, top + "/nowhere", "file"), "root " + std::to_string(ENOENT));
  }
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("distinguishes an escape from every other error") {
  const std::string top = Tree();
  const std::string root = top + "/root";
  const std::string escape = "beneath " + std::to_string(EXDEV);
  for (const bool way : kWays) {
    for (const char* path :
         {"..", "../secret", "dir/../../secret", "up", "up/secret", "out", "abs", "abs/passwd",
          "/etc/passwd", "dirlink/../../root/file", "dir/../up/root/file"})
      CHECK_EQ(Content(way, root, path), escape);
    CHECK_EQ(Content(way, "/proc", "self/root/etc/passwd"), escape);
    CHECK_EQ(Content(way, "/proc", "self/cwd"), escape);
    for (const PathCallName call :
         {PathCallName::kUnlink, PathCallName::kMkdir, PathCallName::kStat, PathCallName::kAccess,
          PathCallName::kRealpath}) {
      const Outcome outcome = Call(way, call, {root, "up/secret"}, {0});
      CHECK_EQ(outcome.code(), -EXDEV);
      CHECK_EQ(std::string(outcome.error.syscall), "beneath");
      CHECK_EQ(outcome.error.path, "up/secret");
    }
    CHECK_EQ(Call(way, PathCallName::kRename, {root, "file", "up/taken"}).code(), -EXDEV);
    CHECK_EQ(Call(way, PathCallName::kLink, {root, "up/secret", "taken"}).code(), -EXDEV);
    CHECK_EQ(Call(way, PathCallName::kTruncate, {root, "out"}, {0}).code(), -EXDEV);
    CHECK_EQ(Call(way, PathCallName::kChmod, {root, "out"}, {0777}).code(), -EXDEV);
  }
  CHECK_EQ(ReadText(top + "/secret"), "secret");
  CHECK_EQ(StatOf(top + "/secret").st_mode & 0777, 0644);
  Clear(top);
}

TEST("performs each operation on the name in its directory") {
  const std::string top = Tree();
  const std::string root = top + "/root";
  for (const bool way : kWays) {
    CHECK_EQ(Call(way, PathCallName::kMkdir, {root, "dirlink/d"}, {0700}).code(), 0);
    CHECK_EQ(StatOf(root + "/dir/d").st_mode & 0777, 0700);
    CHECK_EQ(Call(way, PathCallName::kMkdir, {root, "dir/d/"}, {0700}).code(), -EEXIST);
    CHECK_EQ(Call(way, PathCallName::kSymlink, {root, "../out", "dir/d/l"}).code(), 0);
    CHECK_EQ(Call(way, PathCallName::kReadlink, {root, "dir/d/l"}).output, "../out");
    CHECK_EQ(Call(way, PathCallName::kReadlink, {root, "file"}).code(), -EINVAL);
    CHECK_EQ(Call(way, PathCallName::kLink, {root, "file", "dir/d/f"}).code(), 0);
    CHECK_EQ(StatOf(root + "/file").st_nlink, 2);
    CHECK_EQ(Call(way, PathCallName::kRename, {root, "dir/d/f", "dir/d/g"}).code(), 0);
    CHECK_EQ(Call(way, PathCallName::kChmod, {root, "dir/d/g"}, {0640}).code(), 0);
    CHECK_EQ(StatOf(root + "/file").st_mode & 0777, 0640);
    CHECK_EQ(Call(way, PathCallName::kUtimes, {root, "in"}, {1, 2, 3, 4, 1}).code(), 0);
    CHECK_EQ(StatOf(root + "/in").st_mtim.tv_sec, 3);
    CHECK_EQ(Call(way, PathCallName::kUtimes, {root, "in"}, {1, 2, 5, 4, 0}).code(), 0);
    CHECK_EQ(StatOf(root + "/dir/inner").st_mtim.tv_sec, 5);
    CHECK_EQ(
        Call(way, PathCallName::kChown, {root, "in"}, {StatOf(root).st_uid, StatOf(root).st_gid, 0})
            .code(),
        0);
    CHECK_EQ(Call(way, PathCallName::kTruncate, {root, "in"}, {3}).code(), 0);
    CHECK_EQ(ReadText(root + "/dir/inner"), "inn");
    WriteText(root + "/dir/inner", "inner");
    CHECK_EQ(Call(way, PathCallName::kAccess, {root, "in"}, {R_OK}).output, "1");
    CHECK_EQ(Call(way, PathCallName::kAccess, {root, "none"}, {F_OK}).output, "0");
    CHECK_EQ(Call(way, PathCallName::kRealpath, {root, "dirlink/../in"}).output, "dir/inner");
    CHECK_EQ(Call(way, PathCallName::kRealpath, {root, "."}).output, ".");
    CHECK_EQ(Call(way, PathCallName::kRealpath, {root, "dirlink/"}).output, "dir");
    CHECK_EQ(Call(way, PathCallName::kRealpath, {root, "none"}).code(), -ENOENT);
    CHECK_EQ(Call(way, PathCallName::kStatvfs, {root, "."}).output.size(), 88);
    const Outcome followed = Call(way, PathCallName::kStat, {root, "in"}, {0});
    REQUIRE(followed.output.size() == sizeof(StatRecord));
    CHECK_EQ(IntegerAt<int64_t>(followed.output, 8), int64_t{StatOf(root + "/dir/inner").st_mode});
    CHECK_EQ(IntegerAt<int64_t>(Call(way, PathCallName::kStat, {root, "in"}, {1}).output, 8),
             int64_t{StatOf(root + "/in").st_mode});
    CHECK_EQ(Call(way, PathCallName::kStat, {root, "file/"}, {0}).code(), -ENOTDIR);
    CHECK_EQ(Call(way, PathCallName::kUnlink, {root, "dirlink/"}).code(), -ENOTDIR);
    CHECK_EQ(Call(way, PathCallName::kUnlink, {root, "dir/d/g"}).code(), 0);
    CHECK_EQ(Call(way, PathCallName::kUnlink, {root, "dir/d/l"}).code(), 0);
    CHECK_EQ(Call(way, PathCallName::kRmdir, {root, "dir/d"}).code(), 0);
  }
  Clear(top);
}

TEST("creates the target of a dangling link beneath the root") {
  const std::string top = Tree();
  for (const bool way : kWays) {
    CHECK_EQ(
        Call(way, PathCallName::kOpen, {top + "/root", "new"}, {O_CREAT | O_WRONLY, 0600}).code(),
        0);
    CHECK_EQ(StatOf(top + "/root/dir/made").st_mode & 0777, 0600);
    CHECK_EQ(
        Call(way, PathCallName::kOpen, {top + "/root", "new"}, {O_CREAT | O_EXCL | O_WRONLY, 0600})
            .code(),
        -EEXIST);
    ::unlink((top + "/root/dir/made").c_str());
  }
  Clear(top);
}

TEST("names a call on a link itself as node:fs does") {
  const std::string top = Tree();
  const auto syscall_of = [&](PathCallName call, std::vector<int64_t> numbers) {
    numbers.insert(numbers.begin(), static_cast<int64_t>(call));
    return std::string(
        Run(TaskKind::kBeneath, {top + "/root", "none"}, std::move(numbers)).error.syscall);
  };
  CHECK_EQ(syscall_of(PathCallName::kStat, {1}), "lstat");
  CHECK_EQ(syscall_of(PathCallName::kStat, {0}), "stat");
  CHECK_EQ(syscall_of(PathCallName::kChown, {0, 0, 1}), "lchown");
  CHECK_EQ(syscall_of(PathCallName::kChown, {0, 0, 0}), "chown");
  CHECK_EQ(syscall_of(PathCallName::kUtimes, {1, 2, 3, 4, 1}), "lutime");
  CHECK_EQ(syscall_of(PathCallName::kUtimes, {1, 2, 3, 4, 0}), "utime");
  CHECK_EQ(syscall_of(PathCallName::kStatvfs, {}), "statvfs");
  Clear(top);
}

TEST("lists a directory beneath the root") {
  const std::string top = Tree();
  const std::string root = top + "/root";
  CHECK_EQ(Run(TaskKind::kScanDirectory, {root, "dirlink"}, {1}).output, std::string("inner\0", 6));
  const Outcome outside = Run(TaskKind::kScanDirectory, {root, "up"}, {1});
  CHECK_EQ(std::string(outside.error.syscall), "beneath");
  CHECK_EQ(Run(TaskKind::kScanDirectory, {root, "file"}, {1}).code(), -ENOTDIR);
  CHECK_EQ(std::string(Run(TaskKind::kScanDirectory, {top + "/no", "."}, {1}).error.syscall),
           "root");
  for (const bool way : kWays) {
    const int to_list = O_RDONLY | O_DIRECTORY;
    CHECK_EQ(Call(way, PathCallName::kOpen, {root, "dirlink"}, {to_list, 0}).code(), 0);
    CHECK_EQ(Call(way, PathCallName::kOpen, {root, "up"}, {to_list, 0}).code(), -EXDEV);
  }
  Clear(top);
}

TEST("never leaves the root while a directory is swapped for a link") {
  const std::string top = Tree();
  const std::string root = top + "/root";
  REQUIRE(::mkdir((root + "/a").c_str(), 0755) == 0);
  WriteText(root + "/a/secret", "mine");
  REQUIRE(::symlink("..", (root + "/b").c_str()) == 0);
  std::atomic<bool> over{false};
  std::thread swapper([&] {
    while (!over.load()) {
      ::rename((root + "/a").c_str(), (root + "/c").c_str());
      ::rename((root + "/b").c_str(), (root + "/a").c_str());
      ::rename((root + "/a").c_str(), (root + "/b").c_str());
      ::rename((root + "/c").c_str(), (root + "/a").c_str());
    }
  });
  for (int i = 0; i < 2000; i++) {
    for (const bool way : kWays) {
      CHECK(Content(way, root, "a/secret") != "secret");
      Call(way, PathCallName::kChmod, {root, "a/secret"}, {0777});
    }
  }
  over.store(true);
  swapper.join();
  CHECK_EQ(StatOf(top + "/secret").st_mode & 0777, 0644);
  Clear(top);
}

#ifdef __linux__

namespace {

// Each call with `path`, beneath the root and by the kernel.
struct Compared {
  const char* name;
  PathCallName call;
  std::vector<std::string> (*paths)(const std::string& path);
  std::vector<int64_t> numbers;
  int (*kernel)(int root, const char* path);
};

int Opened(int fd) {
  if (fd >= 0) ::close(fd);
  return fd < 0 ? fd : 0;
}

std::vector<std::string> Alone(const std::string& path) { return {path}; }
std::vector<std::string> FromFile(const std::string& path) { return {"file", path}; }
std::vector<std::string> FromDirectory(const std::string& path) { return {"empty", path}; }
std::vector<std::string> FromNone(const std::string& path) { return {"none", path}; }
std::vector<std::string> ToFresh(const std::string& path) { return {path, "fresh"}; }

const Compared kCompared[] = {
    {"stat",
     PathCallName::kStat,
     Alone,
     {0},
     [](int root, const char* path) {
       struct stat found;
       return ::fstatat(root, path, &found, 0);
     }},
    {"lstat",
     PathCallName::kStat,
     Alone,
     {1},
     [](int root, const char* path) {
       struct stat found;
       return ::fstatat(root, path, &found, AT_SYMLINK_NOFOLLOW);
     }},
    {"readlink",
     PathCallName::kReadlink,
     Alone,
     {},
     [](int root, const char* path) {
       char text[64];
       return ::readlinkat(root, path, text, sizeof text) < 0 ? -1 : 0;
     }},
    {"chmod",
     PathCallName::kChmod,
     Alone,
     {0755},
     [](int root, const char* path) { return ::fchmodat(root, path, 0755, 0); }},
    {"lchown",
     PathCallName::kChown,
     Alone,
     {-1, -1, 1},
     [](int root, const char* path) {
       return ::fchownat(root, path, static_cast<uid_t>(-1), static_cast<gid_t>(-1),
                         AT_SYMLINK_NOFOLLOW);
     }},
    {"lutimes",
     PathCallName::kUtimes,
     Alone,
     {1, 2, 3, 4, 1},
     [](int root, const char* path) {
       return ::utimensat(root, path, nullptr, AT_SYMLINK_NOFOLLOW);
     }},
    {"truncate",
     PathCallName::kTruncate,
     Alone,
     {0},
     [](int root, const char* path) {
       return Opened(::openat(root, path, O_WRONLY | O_TRUNC | O_CLOEXEC));
     }},
    {"unlink",
     PathCallName::kUnlink,
     Alone,
     {},
     [](int root, const char* path) { return ::unlinkat(root, path, 0); }},
    {"rmdir",
     PathCallName::kRmdir,
     Alone,
     {},
     [](int root, const char* path) { return ::unlinkat(root, path, AT_REMOVEDIR); }},
    {"mkdir",
     PathCallName::kMkdir,
     Alone,
     {0755},
     [](int root, const char* path) { return ::mkdirat(root, path, 0755); }},
    {"create",
     PathCallName::kOpen,
     Alone,
     {O_CREAT | O_WRONLY, 0644},
     [](int root, const char* path) {
       return Opened(::openat(root, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
     }},
    {"create exclusively",
     PathCallName::kOpen,
     Alone,
     {O_CREAT | O_EXCL | O_WRONLY, 0644},
     [](int root, const char* path) {
       return Opened(::openat(root, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
     }},
    {"symlink",
     PathCallName::kSymlink,
     FromFile,
     {},
     [](int root, const char* path) { return ::symlinkat("file", root, path); }},
    {"link to",
     PathCallName::kLink,
     FromFile,
     {},
     [](int root, const char* path) { return ::linkat(root, "file", root, path, 0); }},
    {"link of a directory to",
     PathCallName::kLink,
     FromDirectory,
     {},
     [](int root, const char* path) { return ::linkat(root, "empty", root, path, 0); }},
    {"link of nothing to",
     PathCallName::kLink,
     FromNone,
     {},
     [](int root, const char* path) { return ::linkat(root, "none", root, path, 0); }},
    {"link of",
     PathCallName::kLink,
     ToFresh,
     {},
     [](int root, const char* path) { return ::linkat(root, path, root, "fresh", 0); }},
    {"rename to",
     PathCallName::kRename,
     FromFile,
     {},
     [](int root, const char* path) { return ::renameat(root, "file", root, path); }},
    {"rename of a directory to",
     PathCallName::kRename,
     FromDirectory,
     {},
     [](int root, const char* path) { return ::renameat(root, "empty", root, path); }},
    {"rename of nothing to",
     PathCallName::kRename,
     FromNone,
     {},
     [](int root, const char* path) { return ::renameat(root, "none", root, path); }},
    {"rename of",
     PathCallName::kRename,
     ToFresh,
     {},
     [](int root, const char* path) { return ::renameat(root, path, root, "fresh"); }},
};

}  // namespace

TEST("answers as the kernel where a path ends in a slash or in dots") {
  for (const bool way : kWays) {
    for (const Compared& each : kCompared) {
      for (const char* path :
           {"file/", "none/", "dir/", "empty/", "dirlink/", "in/", "hanging/", "dir/.", "dir/./",
            "dir/..", "dir/../", "dirlink/..", "dirlink/.", "file/.", "file/..", "none/..", "."}) {
        int codes[2] = {1, 2};
        for (const bool by_kernel : {false, true}) {
          const std::string top = Tree();
          const std::string root = top + "/root";
          REQUIRE(::mkdir((root + "/empty").c_str(), 0755) == 0);
          REQUIRE(::symlink("nothing", (root + "/hanging").c_str()) == 0);
          if (by_kernel) {
            const UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            codes[1] = each.kernel(fd.Get(), path) < 0 ? -errno : 0;
          } else {
            std::vector<std::string> bytes = each.paths(path);
            bytes.insert(bytes.begin(), root);
            codes[0] = Call(way, each.call, std::move(bytes), each.numbers).code();
          }
          Clear(top);
        }
        const std::string named = std::string(each.name) + " " + path + " ";
        CHECK_EQ(named + std::to_string(codes[0]), named + std::to_string(codes[1]));
      }
    }
  }
}

#endif

TEST_MAIN()
