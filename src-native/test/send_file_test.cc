// SendFile: all bytes, no thread that waits, and what was sent is told where it fails.
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <thread>

#include "core/unique_fd.h"
#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {
// A transfer has descriptors of its own.
bool IsSame(int one, int other) {
  struct stat a = {};
  struct stat b = {};
  return ::fstat(one, &a) == 0 && ::fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}
}  // namespace

TEST("sends part of a file to a file, from a pipe, and to a socket that fills up") {
  const std::string top = Scratch();
  const std::string text = Noise(1000000);
  WriteText(top + "/a", text);
  const int in = ::open((top + "/a").c_str(), O_RDONLY | O_CLOEXEC);
  const int out = ::open((top + "/b").c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0644);
  Outcome outcome = Run(TaskKind::kSendFile, {}, {out, in, 10, 500000}, true);
  int64_t together = 0;
  for (const std::string& batch : outcome.batches) together += IntegerAt<int64_t>(batch, 0);
  CHECK_EQ(together, 500000);
  CHECK(ReadText(top + "/b") == text.substr(10, 500000));
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  REQUIRE(::write(pipe[1], "piped", 5) == 5);
  ::close(pipe[1]);
  outcome = Run(TaskKind::kSendFile, {}, {out, pipe[0], -1, 100});
  CHECK_EQ(IntegerAt<int64_t>(outcome.output, 0), 5);
  ::close(pipe[0]);
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
  auto task = Begin(TaskKind::kSendFile, {}, {pair[0], in, 0, 2000000});
  std::string got;
  int64_t sent = 0;
  for (;;) {
    const Step step = task->Run(Slice());
    if (step == Step::kWaits) {
      CHECK(IsSame(task->waits_for.fd, pair[0]));
      CHECK(task->waits_for.for_write);
      CHECK(task->output.empty());
    } else {
      sent += IntegerAt<int64_t>(task->output, 0);
      task->output.clear();
    }
    char buffer[65536];
    for (ssize_t size; (size = ::read(pair[1], buffer, sizeof buffer)) > 0;) {
      got.append(buffer, static_cast<size_t>(size));
    }
    if (step == Step::kDone) break;
  }
  CHECK_EQ(task->error.code, 0);
  CHECK_EQ(sent, 1000000);
  CHECK(got == text);
  for (const int fd : {pair[0], pair[1], in, out}) ::close(fd);
  CHECK_EQ(Run(TaskKind::kSendFile, {}, {9999, 9998, 0, 1}).code(), -EBADF);
  Clear(top);
}

TEST("continues with the same files when its caller closes their descriptors meanwhile") {
  const std::string top = Scratch();
  WriteText(top + "/a", "ten bytes.");
  const int in = ::open((top + "/a").c_str(), O_RDONLY | O_CLOEXEC);
  const int out = ::open((top + "/b").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  auto task = Begin(TaskKind::kSendFile, {}, {out, in, 0, 10});
  ::close(in);
  ::close(out);
  // Whoever gets the numbers next gets none of it.
  const int other = ::open((top + "/c").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  CHECK_EQ(other, in);
  CHECK(task->Run(Slice()) == Step::kDone);
  CHECK_EQ(IntegerAt<int64_t>(task->output, 0), 10);
  struct stat status = {};
  CHECK(::fstat(other, &status) == 0 && status.st_size == 0);
  CHECK(::stat((top + "/b").c_str(), &status) == 0 && status.st_size == 10);
  ::close(other);
  Clear(top);
}

TEST("never blocks in a transfer, whether or not its ends are non-blocking") {
  const std::string top = Scratch();
  WriteText(top + "/a", Noise(1000000));
  const int in = ::open((top + "/a").c_str(), O_RDONLY | O_CLOEXEC);
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  auto task = Begin(TaskKind::kSendFile, {}, {pair[0], in, -1, 1000000});
  REQUIRE(task->Run(Slice()) == Step::kReady);
  const auto sent = IntegerAt<int64_t>(task->output, 0);
  CHECK(sent > 0);
  // What the socket did not take is not skipped.
  CHECK_EQ(::lseek(in, 0, SEEK_CUR), sent);
  task->output.clear();
  CHECK(task->Run(Slice()) == Step::kWaits);
  CHECK(IsSame(task->waits_for.fd, pair[0]));
  CHECK_EQ(::lseek(in, 0, SEEK_CUR), sent);
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  task = Begin(TaskKind::kSendFile, {}, {pair[1], pipe[0], -1, 10});
  CHECK(task->Run(Slice()) == Step::kWaits);
  CHECK(IsSame(task->waits_for.fd, pipe[0]));
  CHECK(!task->waits_for.for_write);
  REQUIRE(::write(pipe[1], "ten bytes.", 10) == 10);
  CHECK(task->Run(Slice()) == Step::kDone);
  CHECK_EQ(IntegerAt<int64_t>(task->output, 0), 10);
  for (const int fd : {pair[0], pair[1], pipe[0], pipe[1], in}) ::close(fd);
  Clear(top);
}

TEST("reports what was sent before the error that ended it") {
  ::signal(SIGPIPE, SIG_IGN);  // as Node does
  const std::string top = Scratch();
  WriteText(top + "/a", Noise(1000000));
  const int in = ::open((top + "/a").c_str(), O_RDONLY | O_CLOEXEC);
  int pair[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
  auto task = Begin(TaskKind::kSendFile, {}, {pair[0], in, 0, 1000000});
  REQUIRE(task->Run(Slice()) == Step::kReady);
  CHECK(IntegerAt<int64_t>(task->output, 0) > 0);
  task->output.clear();
  ::close(pair[1]);
  CHECK(task->Run(Slice()) == Step::kDone);
  CHECK_EQ(task->error.code, -EPIPE);
  for (const int fd : {pair[0], in}) ::close(fd);
  Clear(top);
}

TEST_MAIN()
