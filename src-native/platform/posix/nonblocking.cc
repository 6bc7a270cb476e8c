#include "platform/nonblocking.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <uv.h>

#include <algorithm>

#include "platform/file_system.h"
#include "platform/posix/nowait.h"
#include "platform/posix/retry.h"
#include "platform/readiness.h"

namespace uvfiles {
namespace platform {

namespace {

#ifndef MSG_NOSIGNAL
constexpr int kNoSignal = 0;  // SIGPIPE is ignored by the runtime
#else
constexpr int kNoSignal = MSG_NOSIGNAL;
#endif

// How many bytes a descriptor that polls as writable accepts without waiting. POSIX guarantees the number for pipes. A
// terminal is writable as soon as it has any room, so its number is a guess of about one line.
constexpr size_t kSafeForPipe = PIPE_BUF;
constexpr size_t kSafeForTerminal = 256;

size_t Capped(size_t size) { return std::min(size, kMaxTransfer); }

}  // namespace

// Polls first: read(2) reports the end of a FIFO that no writer has opened yet, whereas poll(2) says that it is not
// ready. On systems that cannot read without waiting, poll also tells whether there is something to read.
int64_t ReadNow(const OpenFile& file, char* data, size_t size) {
  const int fd = file.fd;
  if (!IsReady(fd, false)) return UV_EAGAIN;
  if (file.nonblocking) return Read(fd, data, size);
  if (file.kind == FileKind::kSocket) {
    return Retrying([&]() -> int64_t { return ::recv(fd, data, Capped(size), MSG_DONTWAIT); });
  }
  // Another process that shares the pipe may have taken the bytes since.
  const int64_t count = ReadNowait(fd, data, Capped(size));
  return count == UV_ENOTSUP ? Read(fd, data, size) : count;
}

int64_t WriteNow(const OpenFile& file, const char* data, size_t size) {
  const int fd = file.fd;
  if (file.nonblocking) return Write(fd, data, size);
  if (file.kind == FileKind::kSocket) {
    return Retrying(
        [&]() -> int64_t { return ::send(fd, data, Capped(size), MSG_DONTWAIT | kNoSignal); });
  }
  const int64_t count = WriteNowait(fd, data, Capped(size));
  if (count != UV_ENOTSUP) return count;
  if (!IsReady(fd, true)) return UV_EAGAIN;
  return Write(fd, data,
               std::min(size, file.kind == FileKind::kCharacter ? kSafeForTerminal : kSafeForPipe));
}

int OpenNow(const char* path, int flags, int mode) {
  const int fd = OpenByPath(path, flags | O_NONBLOCK, mode);
  // Another process holds a lease on the file (fcntl(2), F_SETLEASE): a pool thread waits until the lease is broken.
  return fd == UV_EAGAIN ? OpenByPath(path, flags, mode) : fd;
}

int MakeBlocking(int fd, int flags) {
  return Retrying([&] { return ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK); });
}

int IsNonblocking(int fd) {
  const int flags = Retrying([&] { return ::fcntl(fd, F_GETFL); });
  return flags < 0 ? flags : (flags & O_NONBLOCK) != 0;
}

bool LacksReader(const char* path, int flags, int error) {
  if (error != UV_ENXIO || (flags & O_ACCMODE) != O_WRONLY) return false;
  struct stat status;
  return Retrying([&] { return ::stat(path, &status); }) == 0 && S_ISFIFO(status.st_mode);
}

bool IsReady(int fd, bool for_write) {
  struct pollfd entry = {fd, static_cast<short>(for_write ? POLLOUT : POLLIN), 0};
  return Retrying([&] { return ::poll(&entry, 1, 0); }) > 0;
}

}  // namespace platform
}  // namespace uvfiles
