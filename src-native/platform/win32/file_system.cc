// The calls of platform/file_system.h on Win32.
#include "platform/file_system.h"

#include <uv.h>
#include <windows.h>

#include <algorithm>
#include <cstdio>
#include <mutex>

#include "platform/win32/errors.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/stat.h"

namespace uvfiles {
namespace platform {

namespace {

using win32::HandleOf;

DWORD Capped(size_t size) { return static_cast<DWORD>(std::min(size, kMaxTransfer)); }

// On Windows, a transfer at an offset moves the file's own position, so the position is restored after it. Other transfers
// and seeks on the same handle wait meanwhile. This costs nothing: the kernel performs only one transfer at a time on such
// a handle.
class PositionLock {
 public:
  explicit PositionLock(HANDLE handle)
      : lock_(locks_[(reinterpret_cast<uintptr_t>(handle) >> 2) % kLocks]) {}

 private:
  static constexpr size_t kLocks = 64;
  static std::mutex locks_[kLocks];
  const std::lock_guard<std::mutex> lock_;
};

std::mutex PositionLock::locks_[PositionLock::kLocks];

bool IsDisk(HANDLE handle) { return ::GetFileType(handle) == FILE_TYPE_DISK; }

// The file was not opened for such a transfer. POSIX answers EBADF.
int TransferError(DWORD error) {
  return error == ERROR_ACCESS_DENIED ? UV_EBADF : win32::ErrorCode(error);
}

bool IsEnd(DWORD error) { return error == ERROR_HANDLE_EOF || error == ERROR_BROKEN_PIPE; }

bool IsDirectory(HANDLE handle) {
  BY_HANDLE_FILE_INFORMATION known;
  return ::GetFileInformationByHandle(handle, &known) &&
         (known.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

int64_t ReadHandle(HANDLE handle, char* data, size_t size, OVERLAPPED* at) {
  DWORD count = 0;
  if (::ReadFile(handle, data, Capped(size), &count, at) || count > 0) return count;
  const DWORD error = ::GetLastError();
  if (IsEnd(error)) return count;
  if (IsDirectory(handle)) return UV_EISDIR;
  return TransferError(error);
}

int64_t WriteHandle(HANDLE handle, const char* data, size_t size, OVERLAPPED* at) {
  DWORD count = 0;
  if (::WriteFile(handle, data, Capped(size), &count, at) || count > 0) return count;
  return TransferError(::GetLastError());
}

template <typename Transfer>
int64_t AtPosition(HANDLE handle, int64_t position, Transfer transfer) {
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  if (position < 0) return UV_EINVAL;
  if (!IsDisk(handle)) return UV_ESPIPE;
  const PositionLock lock(handle);
  const LARGE_INTEGER zero = {};
  LARGE_INTEGER before;
  if (!::SetFilePointerEx(handle, zero, &before, FILE_CURRENT)) return win32::LastError();
  OVERLAPPED at = {};
  at.Offset = static_cast<DWORD>(position);
  at.OffsetHigh = static_cast<DWORD>(position >> 32);
  const int64_t result = transfer(&at);
  ::SetFilePointerEx(handle, before, nullptr, FILE_BEGIN);
  return result;
}

template <typename Transfer>
int64_t AtCurrent(HANDLE handle, Transfer transfer) {
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  if (!IsDisk(handle)) return transfer();  // it may block for long, so without the lock
  const PositionLock lock(handle);
  return transfer();
}

}  // namespace

int OpenByPath(const char* path, int flags, int mode) {
  win32::UniqueHandle handle;
  const int failure = win32::OpenHandle(path, flags, mode, 0, &handle);
  return failure != 0 ? failure : win32::DescriptorOf(std::move(handle));
}

int CloseFile(int fd) { return win32::CloseDescriptorNow(fd); }

int Duplicate(int fd) {
  const HANDLE handle = HandleOf(fd);
  const HANDLE process = ::GetCurrentProcess();
  HANDLE copy;
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  if (!::DuplicateHandle(process, handle, process, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
    return win32::LastError();
  return win32::DescriptorOf(win32::UniqueHandle(copy));
}

int64_t Read(int fd, char* data, size_t size) {
  const HANDLE handle = HandleOf(fd);
  return AtCurrent(handle, [&] { return ReadHandle(handle, data, size, nullptr); });
}

int64_t Pread(int fd, char* data, size_t size, int64_t position) {
  const HANDLE handle = HandleOf(fd);
  return AtPosition(handle, position,
                    [&](OVERLAPPED* at) { return ReadHandle(handle, data, size, at); });
}

int64_t Write(int fd, const char* data, size_t size) {
  const HANDLE handle = HandleOf(fd);
  return AtCurrent(handle, [&] { return WriteHandle(handle, data, size, nullptr); });
}

int64_t Pwrite(int fd, const char* data, size_t size, int64_t position) {
  const HANDLE handle = HandleOf(fd);
  return AtPosition(handle, position,
                    [&](OVERLAPPED* at) { return WriteHandle(handle, data, size, at); });
}

int64_t Seek(int fd, int64_t offset, int whence) {
  const HANDLE handle = HandleOf(fd);
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  if (!IsDisk(handle)) return UV_ESPIPE;
  const PositionLock lock(handle);
  LARGE_INTEGER distance;
  LARGE_INTEGER position;
  distance.QuadPart = offset;
  static_assert(FILE_BEGIN == SEEK_SET && FILE_CURRENT == SEEK_CUR && FILE_END == SEEK_END,
                "the same");
  if (!::SetFilePointerEx(handle, distance, &position, static_cast<DWORD>(whence)))
    return win32::LastError();
  return position.QuadPart;
}

// The system's own call (TransmitFile) only sends to sockets.
int64_t SendRange(int, int, int64_t, size_t) { return UV_ENOSYS; }

int Stat(const char* path, StatRecord* record) { return win32::StatPath(path, true, record); }

int Lstat(const char* path, StatRecord* record) { return win32::StatPath(path, false, record); }

int Fstat(int fd, StatRecord* record) {
  const HANDLE handle = HandleOf(fd);
  return handle == INVALID_HANDLE_VALUE ? UV_EBADF : win32::StatHandle(handle, record, false);
}

int Describe(int fd, FileKind* kind, int64_t* size, uint64_t* device) {
  const HANDLE handle = HandleOf(fd);
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  *size = 0;
  if (device != nullptr) *device = 0;
  switch (::GetFileType(handle) & ~static_cast<DWORD>(FILE_TYPE_REMOTE)) {
    case FILE_TYPE_CHAR:
      *kind = FileKind::kCharacter;
      return 0;
    case FILE_TYPE_PIPE:
      *kind = FileKind::kFifo;
      return 0;
    case FILE_TYPE_DISK:
      break;
    default:
      return UV_EBADF;
  }
  FILE_STANDARD_INFO known;
  if (!::GetFileInformationByHandleEx(handle, FileStandardInfo, &known, sizeof known))
    return win32::LastError();
  *kind = known.Directory ? FileKind::kDirectory : FileKind::kRegular;
  *size = known.EndOfFile.QuadPart;
  return 0;
}

int DescribeNow(int fd, FileKind* kind, int64_t* size) { return Describe(fd, kind, size); }

int Truncate(int fd, int64_t size) {
  const HANDLE handle = HandleOf(fd);
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  if (win32::SetEnd(handle, size)) return 0;
  if (::GetLastError() != ERROR_ACCESS_DENIED) return win32::LastError();
  // A handle that only appends may not do this. It takes an empty write. One that does not is not open for writing, for which
  // ftruncate(2) answers EINVAL.
  DWORD count = 0;
  if (!::WriteFile(handle, "", 0, &count, nullptr)) return UV_EINVAL;
  const win32::UniqueHandle writable(
      ::ReOpenFile(handle, FILE_WRITE_DATA, win32::kShareAll, FILE_FLAG_BACKUP_SEMANTICS));
  return writable && win32::SetEnd(writable.Get(), size) ? 0 : win32::LastError();
}

int Sync(int fd) {
  const HANDLE handle = HandleOf(fd);
  if (handle == INVALID_HANDLE_VALUE) return UV_EBADF;
  return ::FlushFileBuffers(handle) ? 0 : win32::LastError();
}

int Datasync(int fd) { return Sync(fd); }

}  // namespace platform
}  // namespace uvfiles
