// The small calls, and the chains of directories, as Python's os has them.
#include "core/tasks/path_call.h"

#include <cerrno>

#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

Outcome Call(PathCallName name, std::vector<std::string> paths, std::vector<int64_t> numbers = {}) {
  numbers.insert(numbers.begin(), static_cast<int64_t>(name));
  return Run(TaskKind::kPathCall, std::move(paths), std::move(numbers));
}

}  // namespace

TEST("checks access with the real ids, also for missing paths") {
  const std::string top = Scratch();
  Touch(top + "/a");
  CHECK_EQ(Call(PathCallName::kAccess, {top + "/a"}, {R_OK}).output, "1");
  CHECK_EQ(Call(PathCallName::kAccess, {top + "/none"}, {F_OK}).output, "0");
  CHECK_EQ(Call(PathCallName::kAccess, {top + "/a"}, {X_OK}).output, "0");
  Clear(top);
}

TEST("names both paths of a call that fails") {
  const Outcome outcome = Call(PathCallName::kRename, {"/none/a", "/none/b"});
  CHECK_EQ(outcome.code(), -ENOENT);
  CHECK_EQ(std::string(outcome.error.syscall), "rename");
  CHECK_EQ(outcome.error.path, "/none/a");
  CHECK_EQ(outcome.error.dest, "/none/b");
}

TEST("names only the path that failed of two that are compared") {
  const std::string top = Scratch();
  Touch(top + "/a");
  const Outcome second = Call(PathCallName::kSameFile, {top + "/a", top + "/none"});
  CHECK_EQ(second.code(), -ENOENT);
  CHECK_EQ(std::string(second.error.syscall), "stat");
  CHECK_EQ(second.error.path, top + "/none");
  CHECK_EQ(second.error.dest, "");
  CHECK_EQ(Call(PathCallName::kSameFile, {top + "/no", top + "/a"}).error.path, top + "/no");
  Clear(top);
}

TEST("does not name an attribute as the destination of a call that fails") {
  const Outcome set = Call(PathCallName::kSetAttribute, {"/none/a", "user.one", "v"}, {0, 0});
  CHECK(set.code() < 0);
  CHECK_EQ(set.error.path, "/none/a");
  CHECK_EQ(set.error.dest, "");
}

TEST("makes, links, renames, truncates and removes") {
  const std::string top = Scratch();
  CHECK_EQ(Call(PathCallName::kMkdir, {top + "/d"}, {0700}).code(), 0);
  CHECK_EQ(StatOf(top + "/d").st_mode & 0777, 0700);
  Touch(top + "/a");
  CHECK_EQ(Call(PathCallName::kLink, {top + "/a", top + "/b"}).code(), 0);
  CHECK_EQ(StatOf(top + "/b").st_nlink, 2);
  CHECK_EQ(Call(PathCallName::kSameFile, {top + "/a", top + "/b"}).output, "1");
  CHECK_EQ(Call(PathCallName::kSymlink, {std::string(300, 'x'), top + "/s"}).code(), 0);
  CHECK_EQ(Call(PathCallName::kReadlink, {top + "/s"}).output, std::string(300, 'x'));
  CHECK_EQ(Call(PathCallName::kReadlink, {top + "/a"}).code(), -EINVAL);
  CHECK_EQ(Call(PathCallName::kRealpath, {top + "/d/../a"}).output, top + "/a");
  CHECK_EQ(Call(PathCallName::kRealpath, {top + "/none"}).code(), -ENOENT);
  CHECK_EQ(Call(PathCallName::kTruncate, {top + "/a"}, {2}).code(), 0);
  CHECK_EQ(StatOf(top + "/a").st_size, 2);
  CHECK_EQ(Call(PathCallName::kChmod, {top + "/a"}, {0600}).code(), 0);
  CHECK_EQ(StatOf(top + "/a").st_mode & 07777, 0600);
  CHECK_EQ(Call(PathCallName::kUtimes, {top + "/s"}, {1, 2, 3, 4, 1}).code(), 0);
  CHECK_EQ(StatOf(top + "/s").st_mtim.tv_nsec, 4);
  CHECK_EQ(
      Call(PathCallName::kChown, {top + "/s"}, {StatOf(top).st_uid, StatOf(top).st_gid, 1}).code(),
      0);
  CHECK_EQ(Call(PathCallName::kUnlink, {top + "/a"}).code(), 0);
  CHECK_EQ(Call(PathCallName::kRmdir, {top + "/d"}).code(), 0);
  CHECK_EQ(Call(PathCallName::kStatvfs, {top}).output.size(), 11 * 8);
  Clear(top);
}

TEST("sets, reads, lists and removes extended attributes") {
  const std::string top = Scratch();
  Touch(top + "/a");
  const std::string value(70000, 'v');
  const Outcome set = Call(PathCallName::kSetAttribute, {top + "/a", "user.one", "v"}, {1, 0});
  if (set.code() == -EOPNOTSUPP) {
    std::printf("skipped: %s has no attributes\n", top.c_str());
  } else {
    CHECK_EQ(set.code(), 0);
    CHECK_EQ(Call(PathCallName::kSetAttribute, {top + "/a", "user.one", "v"}, {1, 0}).code(),
             -EEXIST);
    CHECK_EQ(Call(PathCallName::kGetAttribute, {top + "/a", "user.one"}, {0}).output, "v");
    const std::string names = Call(PathCallName::kListAttributes, {top + "/a"}, {0}).output;
    CHECK(names.find(std::string("user.one\0", 9)) != std::string::npos);
    CHECK_EQ(Call(PathCallName::kRemoveAttribute, {top + "/a", "user.one"}, {0}).code(), 0);
    const Outcome missing = Call(PathCallName::kGetAttribute, {top + "/a", "user.one"}, {0});
    CHECK_EQ(missing.code(), -ENODATA);
    CHECK_EQ(missing.error.dest, "");
  }
  CHECK_EQ(Call(PathCallName::kListAttributes, {top + "/none"}, {0}).code(), -ENOENT);
  Clear(top);
}

TEST("recognizes mount points, and descriptors of the same file") {
  CHECK_EQ(Call(PathCallName::kIsMount, {"/"}).output, "1");
  CHECK_EQ(Call(PathCallName::kIsMount, {"/proc"}).output, "1");
  CHECK_EQ(Call(PathCallName::kIsMount, {"/none"}).output, "0");
  const std::string top = Scratch();
  CHECK_EQ(Call(PathCallName::kIsMount, {top}).output, "0");
  Touch(top + "/a");
  CHECK_EQ(Call(PathCallName::kIsMount, {top + "/a"}).output, "0");
  CHECK_EQ(Call(PathCallName::kSameOpenFile, {}, {0, 0}).output, "1");
  CHECK_EQ(Call(PathCallName::kSameOpenFile, {}, {0, 12345}).code(), -EBADF);
  Clear(top);
}

TEST("makes a chain of directories, only the last with the requested mode") {
  const std::string top = Scratch();
  const mode_t before = ::umask(022);
  CHECK_EQ(Run(TaskKind::kMakeDirectories, {top + "/a//b/c/"}, {0700, 0}).code(), 0);
  CHECK_EQ(StatOf(top + "/a/b").st_mode & 0777, 0755);
  CHECK_EQ(StatOf(top + "/a/b/c").st_mode & 0777, 0700);
  CHECK_EQ(Run(TaskKind::kMakeDirectories, {top + "/a/b/c"}, {0700, 0}).code(), -EEXIST);
  CHECK_EQ(Run(TaskKind::kMakeDirectories, {top + "/a/b/c"}, {0700, 1}).code(), 0);
  CHECK_EQ(Run(TaskKind::kMakeDirectories, {top + "/new/././/"}, {0700, 0}).code(), 0);
  CHECK_EQ(StatOf(top + "/new").st_mode & 0777, 0700);
  CHECK_EQ(Run(TaskKind::kMakeDirectories, {"/."}, {0700, 1}).code(), 0);
  Touch(top + "/file");
  CHECK_EQ(Run(TaskKind::kMakeDirectories, {top + "/file"}, {0777, 1}).code(), -EEXIST);
  const Outcome below = Run(TaskKind::kMakeDirectories, {top + "/file/x/y"}, {0777, 1});
  CHECK_EQ(below.code(), -ENOTDIR);
  ::umask(before);
  Clear(top);
}

TEST("prunes empty directories above, and stops at the first that is not") {
  const std::string top = Scratch();
  Run(TaskKind::kMakeDirectories, {top + "/keep/a/b/c"}, {0777, 0});
  Touch(top + "/keep/file");
  CHECK_EQ(Run(TaskKind::kRemoveDirectories, {top + "/keep/a/b/c/"}).code(), 0);
  CHECK(!Exists(top + "/keep/a"));
  CHECK(Exists(top + "/keep/file"));
  CHECK_EQ(Run(TaskKind::kRemoveDirectories, {top + "/keep"}).code(), -ENOTEMPTY);
  Clear(top);
}

TEST("renames into directories that it creates, and prunes those it left") {
  const std::string top = Scratch();
  Touch(top + "/stay");
  Run(TaskKind::kMakeDirectories, {top + "/old/deep"}, {0777, 0});
  Touch(top + "/old/deep/file");
  CHECK_EQ(
      Run(TaskKind::kRenameDirectories, {top + "/old/deep/file", top + "/new/far/file"}).code(), 0);
  CHECK(Exists(top + "/new/far/file"));
  CHECK(!Exists(top + "/old"));
  CHECK_EQ(Run(TaskKind::kRenameDirectories, {top + "/none", top + "/x/y"}).code(), -ENOENT);
  Touch(top + "/file");
  const Outcome below = Run(TaskKind::kRenameDirectories, {top + "/file", top + "/stay/file"});
  CHECK_EQ(below.code(), -ENOTDIR);
  CHECK_EQ(std::string(below.error.syscall), "rename");
  Clear(top);
}

TEST("syncs a directory") {
  const std::string top = Scratch();
  Touch(top + "/file");
  CHECK_EQ(Call(PathCallName::kSyncDirectory, {top}).code(), 0);
  CHECK_EQ(Call(PathCallName::kSyncDirectory, {top + "/file"}).code(), -ENOTDIR);
  const Outcome missing = Call(PathCallName::kSyncDirectory, {top + "/none"});
  CHECK_EQ(missing.code(), -ENOENT);
  CHECK_EQ(missing.error.path, top + "/none");
  Clear(top);
}

TEST_MAIN()
