// The tasks that make temporary files and directories: modes, names, what is left after a failure.
#include "core/tasks/temp_file.h"

#include <cerrno>
#include <cstring>
#include <set>
#include <vector>

#include "core/tasks/registry.h"
#include "test/temp_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

struct Made {
  int fd = -1;
  uint64_t id = 0;
  std::string path;
  TaskError error;
};

TempRegistry::Owner TestOwner() {
  static const TempRegistry::Owner owner = TempRegistry::Shared().OpenOwner();
  return owner;
}

TaskArguments Arguments(const std::string& dir, int64_t flags, const std::string& prefix = "tmp",
                        const std::string& suffix = "") {
  TaskArguments arguments;
  arguments.bytes = {dir, prefix, suffix};
  arguments.numbers = {flags, static_cast<int64_t>(TestOwner())};
  return arguments;
}

Made Take(TempFile& task) {
  Made made;
  CHECK_EQ(task.Run(Slice()), Step::kDone);
  made.error = task.error;
  if (!task.output.empty()) {
    REQUIRE(task.output.size() >= 8);
    made.fd = task.opened;
    std::memcpy(&made.id, task.output.data(), 8);
    made.path = task.output.substr(8);
    task.output.clear();
    task.opened = -1;
  }
  return made;
}

Made MakeTemp(const std::string& dir, int64_t flags = 0, const std::string& prefix = "tmp",
              const std::string& suffix = "") {
  TempFile task(Arguments(dir, flags, prefix, suffix));
  return Take(task);
}

mode_t ModeOf(const std::string& path) {
  struct stat st;
  REQUIRE(::lstat(path.c_str(), &st) == 0);
  return st.st_mode & 07777;
}

// Gives "taken" as often as `collisions` says, then what is free.
int collisions = 0;
int CollidingName(std::string* path) {
  *path += collisions-- > 0 ? "taken" : "free";
  return 0;
}
int NoRandomness(std::string*) { return -EIO; }

}  // namespace

TEST("creates files of mode 0600 and directories of mode 0700 whatever the umask") {
  const std::string scratch = Scratch();
  for (const mode_t mask : {0000, 0022, 0077, 0777, 0700, 0200}) {
    const mode_t before = ::umask(mask);
    const Made made = MakeTemp(scratch);
    TempDirectory directory(Arguments(scratch, 0));
    CHECK_EQ(directory.Run(Slice()), Step::kDone);
    ::umask(before);
    REQUIRE(made.fd >= 0);
    CHECK_EQ(ModeOf(made.path), 0600u);
    const std::string path = directory.output.substr(8);
    directory.output.clear();
    CHECK_EQ(ModeOf(path), 0700u);
    ::close(made.fd);
    ::unlink(made.path.c_str());
    ::rmdir(path.c_str());
  }
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("creates directories with the exact mode also as an ordinary user") {
  const std::string scratch = Scratch();
  AsUnprivileged([&] {
    ::umask(0777);
    TempDirectory directory(Arguments(scratch, 0));
    CHECK_EQ(directory.Run(Slice()), Step::kDone);
    CHECK_EQ(directory.error.code, 0);
    const std::string path = directory.output.substr(8);
    directory.output.clear();
    CHECK_EQ(ModeOf(path), 0700u);
    ::rmdir(path.c_str());
    return Failures().load() == 0;
  });
  ::rmdir(scratch.c_str());
}

TEST("opens close-on-exec, for reading and writing, appending when asked") {
  const std::string scratch = Scratch();
  for (const int64_t flags :
       {int64_t{0}, int64_t{kAppending}, int64_t{kAnonymous}, int64_t{kAnonymous | kAppending}}) {
    const Made made = MakeTemp(scratch, flags);
    REQUIRE(made.fd >= 0);
    CHECK(::fcntl(made.fd, F_GETFD) & FD_CLOEXEC);
    CHECK_EQ(::fcntl(made.fd, F_GETFL) & O_ACCMODE, O_RDWR);
    CHECK_EQ((::fcntl(made.fd, F_GETFL) & O_APPEND) != 0, (flags & kAppending) != 0);
    CHECK_EQ(::write(made.fd, "x", 1), 1);
    ::close(made.fd);
    if (!made.path.empty()) ::unlink(made.path.c_str());
  }
  ::rmdir(scratch.c_str());
}

TEST("puts 80 random bits between prefix and suffix and never repeats a name") {
  const std::string scratch = Scratch();
  std::set<std::string> names;
  for (int i = 0; i < 200; ++i) {
    const Made made = MakeTemp(scratch, 0, "pre-", ".end");
    REQUIRE(made.fd >= 0);
    ::close(made.fd);
    const std::string name = made.path.substr(scratch.size() + 1);
    CHECK_EQ(name.size(), 4u + 16u + 4u);
    CHECK_EQ(name.substr(0, 4), "pre-");
    CHECK_EQ(name.substr(20), ".end");
    CHECK_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567", 4), 20u);
    names.insert(name);
    ::unlink(made.path.c_str());
  }
  CHECK_EQ(names.size(), 200u);
  ::rmdir(scratch.c_str());
}

TEST("leaves no name of an anonymous file") {
  const std::string scratch = Scratch();
  const Made made = MakeTemp(scratch, kAnonymous);
  REQUIRE(made.fd >= 0);
  CHECK_EQ(made.path, "");
  CHECK_EQ(CountEntries(scratch), 0);
  struct stat st;
  REQUIRE(::fstat(made.fd, &st) == 0);
  CHECK_EQ(st.st_nlink, 0u);
  CHECK_EQ(st.st_mode & 07777, 0600u);
  ::close(made.fd);
  ::rmdir(scratch.c_str());
}

TEST("replaces a name that is taken by another one, and touches no existing file or link") {
  const std::string scratch = Scratch();
  Touch(scratch + "/target");
  for (const bool link : {false, true}) {
    const std::string taken = scratch + "/tmptaken";
    if (link)
      REQUIRE(::symlink("target", taken.c_str()) == 0);
    else
      Touch(taken);
    collisions = 3;
    TempFile file(Arguments(scratch, 0), CollidingName);
    const Made made = Take(file);
    CHECK_EQ(made.path, scratch + "/tmpfree");
    CHECK_EQ(collisions, -1);
    ::close(made.fd);
    ::unlink(made.path.c_str());
    collisions = 2;
    TempDirectory directory(Arguments(scratch, 0), CollidingName);
    CHECK_EQ(directory.Run(Slice()), Step::kDone);
    CHECK_EQ(directory.output.substr(8), scratch + "/tmpfree");
    directory.output.clear();
    ::rmdir((scratch + "/tmpfree").c_str());
    ::unlink(taken.c_str());
  }
  struct stat st;
  REQUIRE(::stat((scratch + "/target").c_str(), &st) == 0);
  CHECK_EQ(st.st_size, 4);
  ::unlink((scratch + "/target").c_str());
  ::rmdir(scratch.c_str());
}

TEST("fails with EEXIST if every name is taken, and creates nothing without randomness") {
  const std::string scratch = Scratch();
  Touch(scratch + "/tmptaken");
  collisions = 1 << 20;
  TempFile file(Arguments(scratch, 0), CollidingName);
  CHECK_EQ(Take(file).error.code, -EEXIST);
  CHECK_EQ(std::string(file.error.syscall), "open");
  CHECK_EQ(file.error.path, scratch + "/tmptaken");
  TempDirectory directory(Arguments(scratch, 0), CollidingName);
  CHECK_EQ(directory.Run(Slice()), Step::kDone);
  CHECK_EQ(directory.error.code, -EEXIST);
  CHECK_EQ(std::string(directory.error.syscall), "mkdir");
  TempFile unlucky(Arguments(scratch, 0), NoRandomness);
  CHECK_EQ(Take(unlucky).error.code, -EIO);
  CHECK_EQ(CountEntries(scratch), 1);
  ::unlink((scratch + "/tmptaken").c_str());
  ::rmdir(scratch.c_str());
}

TEST("fails with the error of the directory, and leaves nothing registered") {
  const size_t before = TempRegistry::Shared().size();
  CHECK_EQ(MakeTemp("/tmp/uvfiles-cc-is-not-there").error.code, -ENOENT);
  CHECK_EQ(MakeTemp("/tmp/uvfiles-cc-is-not-there", kAnonymous).error.code, -ENOENT);
  CHECK_EQ(MakeTemp("/dev/null", kRegistered).error.code, -ENOTDIR);
  CHECK_EQ(TempRegistry::Shared().size(), before);
}

TEST("leaves nothing if the process has no free descriptor") {
  const std::string scratch = Scratch();
  std::vector<int> taken;
  const DescriptorLimit limit(32);
  for (int fd; (fd = ::dup(0)) >= 0;) taken.push_back(fd);
  CHECK_EQ(MakeTemp(scratch, kRegistered).error.code, -EMFILE);
  for (const int fd : taken) ::close(fd);
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("closes and removes a created file if the output is not taken") {
  const std::string scratch = Scratch();
  const size_t registered = TempRegistry::Shared().size();
  const int next = ::dup(0);
  ::close(next);
  {
    TempFile file(Arguments(scratch, kRegistered));
    CHECK_EQ(file.Run(Slice()), Step::kDone);
    TempDirectory directory(Arguments(scratch, kRegistered));
    CHECK_EQ(directory.Run(Slice()), Step::kDone);
    CHECK_EQ(CountEntries(scratch), 2);
    CHECK_EQ(TempRegistry::Shared().size(), registered + 2);
  }
  CHECK_EQ(CountEntries(scratch), 0);
  CHECK_EQ(TempRegistry::Shared().size(), registered);
  const int again = ::dup(0);
  CHECK_EQ(again, next);
  ::close(again);
  ::rmdir(scratch.c_str());
}

TEST("creates nothing once cancelled") {
  const std::string scratch = Scratch();
  TempFile file(Arguments(scratch, 0));
  file.Cancel();
  CHECK_EQ(Take(file).error.code, -ECANCELED);
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("discards a file and its registration, even if they do not exist any more") {
  const std::string scratch = Scratch();
  const size_t registered = TempRegistry::Shared().size();
  for (const bool by_hand : {false, true}) {
    const Made made = MakeTemp(scratch, kRegistered);
    ::close(made.fd);
    CHECK_EQ(TempRegistry::Shared().size(), registered + 1);
    if (by_hand) ::unlink(made.path.c_str());
    TaskArguments arguments;
    arguments.bytes = {made.path};
    arguments.numbers = {static_cast<int64_t>(made.id)};
    const auto discard = MakeTask(TaskKind::kTempDiscard, std::move(arguments));
    CHECK_EQ(discard->Run(Slice()), Step::kDone);
    CHECK_EQ(discard->error.code, 0);
    CHECK(!Exists(made.path));
    CHECK_EQ(TempRegistry::Shared().size(), registered);
  }
  ::rmdir(scratch.c_str());
}

TEST("ends a file in one step: the last bytes, the descriptor, the name, the registration") {
  const std::string scratch = Scratch();
  const size_t registered = TempRegistry::Shared().size();
  const std::string kept = scratch + "/kept";
  for (const int64_t at : {int64_t{-1}, int64_t{2}}) {
    const Made made = MakeTemp(scratch, kRegistered);
    REQUIRE(::write(made.fd, "head", 4) == 4);
    REQUIRE(::link(made.path.c_str(), kept.c_str()) == 0);
    TaskArguments arguments;
    arguments.bytes = {made.path, "tail"};
    arguments.numbers = {made.fd, static_cast<int64_t>(made.id), at};
    TempFinish finish(std::move(arguments));
    CHECK_EQ(finish.Run(Slice()), Step::kDone);
    CHECK_EQ(finish.error.code, 0);
    CHECK_EQ(::fcntl(made.fd, F_GETFD), -1);
    CHECK(!Exists(made.path));
    CHECK_EQ(TempRegistry::Shared().size(), registered);
    char content[16] = {};
    const int fd = ::open(kept.c_str(), O_RDONLY);
    CHECK_EQ(::read(fd, content, sizeof content), at < 0 ? 8 : 6);
    CHECK_EQ(std::string(content), at < 0 ? "headtail" : "hetail");
    ::close(fd);
    ::unlink(kept.c_str());
  }
  ::rmdir(scratch.c_str());
}

TEST(
    "closes and removes a file whose last bytes cannot be written, and says so; also when the task "
    "never runs") {
  const std::string scratch = Scratch();
  for (const bool runs : {true, false}) {
    const Made made = MakeTemp(scratch, kRegistered);
    const int readonly = ::open(made.path.c_str(), O_RDONLY);
    REQUIRE(::dup2(readonly, made.fd) == made.fd);
    ::close(readonly);
    {
      TaskArguments arguments;
      arguments.bytes = {made.path, "tail"};
      arguments.numbers = {made.fd, static_cast<int64_t>(made.id), -1};
      TempFinish finish(std::move(arguments));
      if (runs) {
        CHECK_EQ(finish.Run(Slice()), Step::kDone);
        CHECK_EQ(finish.error.code, -EBADF);
        CHECK_EQ(std::string(finish.error.syscall), "write");
      }
    }
    CHECK_EQ(::fcntl(made.fd, F_GETFD), -1);
    CHECK_EQ(CountEntries(scratch), 0);
  }
  ::rmdir(scratch.c_str());
}

TEST_MAIN()
