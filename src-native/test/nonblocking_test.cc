// Transfers that never wait, on descriptors that are left blocking: with RWF_NOWAIT and as on kernels without it.
#include "platform/nonblocking.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <csignal>
#include <string>
#include <vector>

#include "core/unique_fd.h"
#include "platform/posix/nowait.h"
#include "test/check.h"

namespace uvfiles {
namespace {

OpenFile FileOn(const UniqueFd& fd, FileKind kind) {
  OpenFile file;
  file.fd = fd.Get();
  file.kind = kind;
  file.polled = true;
  return file;
}

struct Ends {
  UniqueFd reader;
  UniqueFd writer;
};

Ends PipeEnds() {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Ends SocketEnds() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// Reads nothing, then bytes, then the end; fills it up without waiting; fails when nobody reads.
void Transfers(Ends ends, FileKind kind, size_t most_at_once) {
  const OpenFile reader = FileOn(ends.reader, kind);
  const OpenFile writer = FileOn(ends.writer, kind);
  std::vector<char> bytes(100000, 'x');
  CHECK_EQ(platform::ReadNow(reader, bytes.data(), 10), int64_t{UV_EAGAIN});
  CHECK_EQ(platform::WriteNow(writer, "abc", 3), 3);
  CHECK_EQ(platform::ReadNow(reader, bytes.data(), 10), 3);
  int64_t count;
  int64_t total = 0;
  while ((count = platform::WriteNow(writer, bytes.data(), bytes.size())) > 0) {
    CHECK(static_cast<size_t>(count) <= most_at_once);
    total += count;
  }
  CHECK_EQ(count, int64_t{UV_EAGAIN});
  CHECK(total >= 4096);
  while ((count = platform::ReadNow(reader, bytes.data(), bytes.size())) > 0) total -= count;
  CHECK_EQ(count, int64_t{UV_EAGAIN});
  CHECK_EQ(total, 0);
  CHECK_EQ(::fcntl(reader.fd, F_GETFL) & O_NONBLOCK, 0);
  CHECK_EQ(::fcntl(writer.fd, F_GETFL) & O_NONBLOCK, 0);
  ends.reader.Reset();
  CHECK_EQ(platform::WriteNow(writer, "abc", 3), int64_t{UV_EPIPE});
}

void EndsWithTheWriter(Ends ends, FileKind kind) {
  const OpenFile reader = FileOn(ends.reader, kind);
  char byte;
  ends.writer.Reset();
  CHECK_EQ(platform::ReadNow(reader, &byte, 1), 0);
}

TEST("transfers on a blocking pipe without waiting") {
  Transfers(PipeEnds(), FileKind::kFifo, SIZE_MAX);
  EndsWithTheWriter(PipeEnds(), FileKind::kFifo);
}

TEST("does so without RWF_NOWAIT, a safe amount at a time") {
  platform::ForbidNowait(true);
  Transfers(PipeEnds(), FileKind::kFifo, PIPE_BUF);
  EndsWithTheWriter(PipeEnds(), FileKind::kFifo);
  platform::ForbidNowait(false);
}

TEST("transfers on a blocking socket without waiting") {
  Transfers(SocketEnds(), FileKind::kSocket, SIZE_MAX);
  EndsWithTheWriter(SocketEnds(), FileKind::kSocket);
}

TEST("waits with a FIFO's reader for its first writer, and reports a missing reader") {
  const std::string path = "/tmp/uvfiles-nonblocking-" + std::to_string(::getpid());
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int refused = platform::OpenNow(path.c_str(), O_WRONLY, 0);
  CHECK_EQ(refused, UV_ENXIO);
  CHECK(platform::LacksReader(path.c_str(), O_WRONLY, refused));
  CHECK(!platform::LacksReader(path.c_str(), O_WRONLY, UV_ENOENT));
  CHECK(!platform::LacksReader("/dev/null", O_WRONLY, UV_ENXIO));
  const UniqueFd end(platform::OpenNow(path.c_str(), O_RDONLY, 0));
  REQUIRE(end.Get() >= 0);
  OpenFile reader = FileOn(end, FileKind::kFifo);
  reader.nonblocking = true;
  char byte;
  CHECK_EQ(platform::ReadNow(reader, &byte, 1), int64_t{UV_EAGAIN});
  UniqueFd writer(platform::OpenNow(path.c_str(), O_WRONLY, 0));
  CHECK(writer.Get() >= 0);
  CHECK_EQ(platform::ReadNow(reader, &byte, 1), int64_t{UV_EAGAIN});
  writer.Reset();
  CHECK_EQ(platform::ReadNow(reader, &byte, 1), 0);
  ::unlink(path.c_str());
}

const bool kNoSigpipe = (std::signal(SIGPIPE, SIG_IGN), true);

}  // namespace
}  // namespace uvfiles

TEST_MAIN()
