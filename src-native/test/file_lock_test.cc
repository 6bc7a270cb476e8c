// Locks belong to an open file, not to a process, and are granted or refused at once.
#include "core/tasks/file_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

#include "core/unique_fd.h"
#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

Outcome Ask(int fd, FileLockCall call, bool shared, int64_t start = 0, int64_t length = 0) {
  auto task = Begin(TaskKind::kFileLock, {}, {static_cast<int64_t>(call), shared, start, length});
  task->fd = fd;
  return RunToEnd(*task);
}

constexpr auto kTry = FileLockCall::kTry;

}  // namespace

TEST("excludes other descriptors of the file, also in this process") {
  const std::string top = Scratch();
  Touch(top + "/a");
  const UniqueFd one(::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC));
  const UniqueFd two(::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC));
  CHECK_EQ(Ask(one.Get(), kTry, false).output, "1");
  CHECK_EQ(Ask(two.Get(), kTry, false).output, "0");
  CHECK_EQ(Ask(two.Get(), kTry, true).output, "0");
  CHECK_EQ(Ask(one.Get(), FileLockCall::kUnlock, false).output, "1");
  CHECK_EQ(Ask(one.Get(), FileLockCall::kUnlock, false).output, "1");
  CHECK_EQ(Ask(two.Get(), kTry, true).output, "1");
  CHECK_EQ(Ask(one.Get(), kTry, true).output, "1");
  CHECK_EQ(Ask(one.Get(), kTry, false).output, "0");
  Clear(top);
}

TEST("locks ranges, up to an end that may still move") {
  const std::string top = Scratch();
  Touch(top + "/a");
  const UniqueFd one(::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC));
  const UniqueFd two(::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC));
  CHECK_EQ(Ask(one.Get(), kTry, false, 0, 10).output, "1");
  CHECK_EQ(Ask(two.Get(), kTry, false, 10, 10).output, "1");
  CHECK_EQ(Ask(two.Get(), kTry, false, 9, 2).output, "0");
  CHECK_EQ(Ask(one.Get(), kTry, false, int64_t{1} << 40, 0).output, "1");
  CHECK_EQ(Ask(two.Get(), kTry, false, (int64_t{1} << 41), 1).output, "0");
  CHECK_EQ(Ask(two.Get(), kTry, false, -1, 1).code(), -EINVAL);
  Clear(top);
}

TEST("ends with the process that holds it, and with the last descriptor of the file") {
  const std::string top = Scratch();
  Touch(top + "/a");
  int held[2];
  int end[2];
  REQUIRE(::pipe(held) == 0 && ::pipe(end) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int fd = ::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC);
    struct flock range = {};
    range.l_type = F_WRLCK;
    char byte = ::fcntl(fd, F_OFD_SETLK, &range) == 0 ? 'y' : 'n';
    if (::write(held[1], &byte, 1) != 1 || ::read(end[0], &byte, 1) < 0) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(held[0], &byte, 1) == 1 && byte == 'y');
  UniqueFd one(::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC));
  CHECK_EQ(Ask(one.Get(), kTry, false).output, "0");
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK_EQ(Ask(one.Get(), kTry, false).output, "1");
  const UniqueFd two(::open((top + "/a").c_str(), O_RDWR | O_CLOEXEC));
  CHECK_EQ(Ask(two.Get(), kTry, false).output, "0");
  one.Reset();
  CHECK_EQ(Ask(two.Get(), kTry, false).output, "1");
  for (const int fd : {held[0], held[1], end[0], end[1]}) ::close(fd);
  Clear(top);
}

TEST("reports why a file cannot be locked") {
  const std::string top = Scratch();
  Touch(top + "/a");
  const UniqueFd reader(::open((top + "/a").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK_EQ(Ask(reader.Get(), kTry, false).code(), -EBADF);
  CHECK_EQ(Ask(reader.Get(), kTry, true).output, "1");
  CHECK_EQ(Ask(-1, kTry, true).code(), -EBADF);
  Clear(top);
}

TEST_MAIN()
