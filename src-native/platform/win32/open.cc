#include "platform/win32/open.h"

#include <fcntl.h>
#include <uv.h>
#include <windows.h>

// After windows.h, which declares its types.
#include <winternl.h>

#include "platform/win32/errors.h"
#include "platform/win32/paths.h"

#ifdef _MSC_VER
#pragma comment(lib, "ntdll")
#endif

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

bool SetEnd(HANDLE handle, int64_t size) {
  FILE_END_OF_FILE_INFO end;
  end.EndOfFile.QuadPart = size;
  return ::SetFileInformationByHandle(handle, FileEndOfFileInfo, &end, sizeof end);
}

UniqueHandle OpenFor(const std::string& path, unsigned long access, bool follow,
                     unsigned long share) {
  std::wstring wide;
  if (ToWide(path, &wide) != 0) {
    ::SetLastError(ERROR_INVALID_PARAMETER);
    return UniqueHandle();
  }
  const DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
  return UniqueHandle(
      ::CreateFileW(wide.c_str(), access, share, nullptr, OPEN_EXISTING, flags, nullptr));
}

UniqueHandle OpenBelow(HANDLE directory, std::wstring_view name, unsigned long access,
                       unsigned long share) {
  UNICODE_STRING text;
  text.Buffer = const_cast<wchar_t*>(name.data());
  text.Length = text.MaximumLength = static_cast<USHORT>(name.size() * sizeof(wchar_t));
  OBJECT_ATTRIBUTES which = {};
  which.Length = sizeof which;
  which.RootDirectory = directory;
  which.ObjectName = &text;
  constexpr ULONG kHow =
      FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT | FILE_OPEN_REPARSE_POINT;
  HANDLE handle = INVALID_HANDLE_VALUE;
  IO_STATUS_BLOCK status;
  const NTSTATUS failure = ::NtCreateFile(&handle, access | SYNCHRONIZE, &which, &status, nullptr,
                                          0, share, FILE_OPEN, kHow, nullptr, 0);
  if (failure >= 0) return UniqueHandle(handle);
  ::SetLastError(::RtlNtStatusToDosError(failure));
  return UniqueHandle();
}

}  // namespace win32
}  // namespace uvfiles
