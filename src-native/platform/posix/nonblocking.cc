#include "platform/nonblocking.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
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

// What a descriptor that polls as writable takes without waiting: of a pipe POSIX promises it; a terminal says so when
// it has room at all, so that a line is the most to be hoped for.
constexpr size_t kSafeForPipe = PIPE_BUF;
constexpr size_t kSafeForTerminal = 256;

size_t capped(size_t size) { return std::min(size, kMaxTransfer); }

}  // namespace

// poll first: a FIFO that no writer has opened yet is at its end for read(2), but polls as not ready; and where there
// is no other way to read without waiting, it tells that there is something.
int64_t read_now(const OpenFile& file, char* data, size_t size) {
  const int fd = file.fd;
  if (!is_ready(fd, false)) return UV_EAGAIN;
  if (file.nonblocking) return read(fd, data, size);
  if (file.kind == FileKind::kSocket) {
    return Retrying([&]() -> int64_t { return ::recv(fd, data, capped(size), MSG_DONTWAIT); });
  }
  // Another process that shares the pipe may have taken the bytes since.
  const int64_t count = read_nowait(fd, data, capped(size));
  return count == UV_ENOTSUP ? read(fd, data, size) : count;
}

int64_t write_now(const OpenFile& file, const char* data, size_t size) {
  const int fd = file.fd;
  if (file.nonblocking) return write(fd, data, size);
  if (file.kind == FileKind::kSocket) {
    return Retrying(
        [&]() -> int64_t { return ::send(fd, data, capped(size), MSG_DONTWAIT | kNoSignal); });
  }
  const int64_t count = write_nowait(fd, data, capped(size));
  if (count != UV_ENOTSUP) return count;
  if (!is_ready(fd, true)) return UV_EAGAIN;
  return write(fd, data,
               std::min(size, file.kind == FileKind::kCharacter ? kSafeForTerminal : kSafeForPipe));
}

int open_now(const char* path, int flags, int mode) {
  const int fd = open_file(path, flags | O_NONBLOCK, mode);
  // A file that another process holds a lease on (fcntl(2), F_SETLEASE) is waited for, in the pool.
  return fd == UV_EAGAIN ? open_file(path, flags, mode) : fd;
}

int make_blocking(int fd, int flags) {
  return Retrying([&] { return ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK); });
}

bool lacks_reader(const char* path, int flags, int error) {
  if (error != UV_ENXIO || (flags & O_ACCMODE) != O_WRONLY) return false;
  struct stat status;
  return Retrying([&] { return ::stat(path, &status); }) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace platform
}  // namespace uvfiles
