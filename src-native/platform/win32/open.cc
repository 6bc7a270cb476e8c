#include "platform/win32/open.h"

#include <fcntl.h>
#include <uv.h>

#include "platform/win32/errors.h"
#include "platform/win32/paths.h"

namespace uvfiles {
namespace win32 {

namespace {

constexpr int kOwnerMayWrite = 0200;

DWORD AccessOf(int flags) {
  DWORD access = FILE_GENERIC_READ;
  const int way = flags & (_O_RDONLY | _O_WRONLY | _O_RDWR);
  if (way == _O_WRONLY) access = FILE_GENERIC_WRITE;
  if (way == _O_RDWR) access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
  // Without FILE_WRITE_DATA, the system itself appends every write.
  if ((flags & _O_APPEND) != 0)
    access = (access & ~static_cast<DWORD>(FILE_WRITE_DATA)) | FILE_APPEND_DATA;
  return access;
}

DWORD DispositionOf(int flags) {
  if ((flags & _O_CREAT) != 0) {
    if ((flags & _O_EXCL) != 0) return CREATE_NEW;
    return (flags & _O_TRUNC) != 0 ? CREATE_ALWAYS : OPEN_ALWAYS;
  }
  return (flags & _O_TRUNC) != 0 ? TRUNCATE_EXISTING : OPEN_EXISTING;
}

}  // namespace

int OpenHandle(const std::string& path, int flags, int mode, unsigned long attributes,
               UniqueHandle* handle) {
  std::wstring wide;
  const int failure = ToWide(path, &wide);
  if (failure != 0) return failure;
  DWORD how = attributes | FILE_FLAG_BACKUP_SEMANTICS;  // without it, no directory can be opened
  if ((flags & _O_CREAT) != 0 && (mode & kOwnerMayWrite) == 0) how |= FILE_ATTRIBUTE_READONLY;
  handle->Reset(::CreateFileW(wide.c_str(), AccessOf(flags), kShareAll, nullptr,
                              DispositionOf(flags), how | FILE_ATTRIBUTE_NORMAL, nullptr));
  if (*handle) return 0;
  const DWORD error = ::GetLastError();
  // There is a directory where a file was to be created.
  if (error == ERROR_FILE_EXISTS && (flags & _O_CREAT) != 0 && (flags & _O_EXCL) == 0)
    return UV_EISDIR;
  if (error == ERROR_ACCESS_DENIED && (flags & (_O_WRONLY | _O_RDWR)) != 0) {
    const DWORD found = ::GetFileAttributesW(wide.c_str());
    if (found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) != 0)
      return UV_EISDIR;
  }
  return ErrorCode(error);
}

UniqueHandle OpenFor(const std::string& path, unsigned long access, bool follow) {
  std::wstring wide;
  if (ToWide(path, &wide) != 0) {
    ::SetLastError(ERROR_INVALID_PARAMETER);
    return UniqueHandle();
  }
  const DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
  return UniqueHandle(
      ::CreateFileW(wide.c_str(), access, kShareAll, nullptr, OPEN_EXISTING, flags, nullptr));
}

}  // namespace win32
}  // namespace uvfiles
