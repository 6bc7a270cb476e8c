#include "platform/win32/change.h"

#include <uv.h>
#include <windows.h>

#include <algorithm>

#include "platform/win32/directory.h"
#include "platform/win32/errors.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"

// FileDispositionInfoEx (Windows 10 1607) removes names as POSIX does. Not all headers of MinGW have its number and flags.
namespace {
constexpr FILE_INFO_BY_HANDLE_CLASS kDispositionEx = static_cast<FILE_INFO_BY_HANDLE_CLASS>(21);
constexpr DWORD kDelete = 1, kPosix = 2, kIgnoreReadOnly = 16;
struct DispositionEx {
  DWORD flags;
};
}  // namespace

namespace uvfiles {
namespace win32 {

namespace {

// graceful-fs gives up after a minute. A pool thread cannot be held for that long.
constexpr DWORD kPatienceMs = 2000;
constexpr DWORD kLongestPauseMs = 100;

bool IsPassing(DWORD error) {
  return error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION ||
         error == ERROR_LOCK_VIOLATION || error == ERROR_BUSY;
}

// Repeats the call while it fails for a reason that passes, but not for longer than kPatienceMs. `is_final` says whether a
// refusal of access will not pass.
template <typename Call, typename IsFinal>
DWORD WithPatience(Call call, IsFinal is_final) {
  const ULONGLONG begin = ::GetTickCount64();
  for (DWORD pause = 1;; pause = std::min(pause * 2, kLongestPauseMs)) {
    if (call()) return ERROR_SUCCESS;
    const DWORD error = ::GetLastError();
    if (!IsPassing(error) || ::GetTickCount64() - begin >= kPatienceMs) return error;
    if (error == ERROR_ACCESS_DENIED && is_final()) return error;
    ::Sleep(pause);
  }
}

// The name disappears at once if the file system can do that (NTFS), otherwise with the last handle.
bool DeleteByHandle(HANDLE handle) {
  DispositionEx disposition = {kDelete | kPosix | kIgnoreReadOnly};
  if (::SetFileInformationByHandle(handle, kDispositionEx, &disposition, sizeof disposition))
    return true;
  const DWORD error = ::GetLastError();
  if (error == ERROR_DIR_NOT_EMPTY || error == ERROR_SHARING_VIOLATION) return false;
  FILE_BASIC_INFO basic;
  if (::GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) &&
      (basic.FileAttributes & FILE_ATTRIBUTE_READONLY) != 0) {
    basic = FILE_BASIC_INFO();
    basic.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    ::SetFileInformationByHandle(handle, FileBasicInfo, &basic, sizeof basic);
  }
  FILE_DISPOSITION_INFO plain;
  plain.DeleteFile = TRUE;
  return ::SetFileInformationByHandle(handle, FileDispositionInfo, &plain, sizeof plain);
}

bool IsRealDirectory(DWORD attributes) {
  return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
         (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
}

int RemoveEntry(const std::string& path, bool directory) {
  std::wstring wide;
  const int failure = ToWide(path, &wide);
  if (failure != 0) return failure;
  const DWORD attributes = ::GetFileAttributesW(wide.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return LastError();
  if (directory && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0) return UV_ENOTDIR;
  if (!directory && IsRealDirectory(attributes)) return UV_EPERM;
  const auto remove = [&] {
    const UniqueHandle handle =
        OpenFor(path, DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, false);
    return handle && DeleteByHandle(handle.Get());
  };
  return ErrorCode(WithPatience(remove, [] { return false; }));
}

}  // namespace

int DeleteOpened(HANDLE handle) { return DeleteByHandle(handle) ? 0 : LastError(); }

int RemoveFile(const std::string& path) { return RemoveEntry(path, false); }

int RemoveDirectoryAt(const std::string& path) { return RemoveEntry(path, true); }

int MakeDirectoryAt(const std::string& path) {
  std::wstring wide;
  const int failure = ToWide(path, &wide);
  if (failure != 0) return failure;
  return ::CreateDirectoryW(wide.c_str(), nullptr) ? 0 : LastError();
}

int Rename(const std::string& from, const std::string& to, unsigned long how) {
  std::wstring wide_from, wide_to;
  const int failure = ToWide(from, to, &wide_from, &wide_to);
  if (failure != 0) return failure;
  const auto move = [&] { return ::MoveFileExW(wide_from.c_str(), wide_to.c_str(), how); };
  // A directory or a read-only file is never replaced. If only the case of letters changes, nothing is.
  const auto is_irreplaceable = [&] {
    const DWORD attributes = ::GetFileAttributesW(wide_to.c_str());
    return attributes != INVALID_FILE_ATTRIBUTES &&
           (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY)) != 0 &&
           ::lstrcmpiW(wide_from.c_str(), wide_to.c_str()) != 0;
  };
  return ErrorCode(WithPatience(move, is_irreplaceable));
}

int Copy(const std::string& from, const std::string& to, unsigned long how) {
  std::wstring wide_from, wide_to;
  const int failure = ToWide(from, to, &wide_from, &wide_to);
  if (failure != 0) return failure;
  return ::CopyFileExW(wide_from.c_str(), wide_to.c_str(), nullptr, nullptr, nullptr, how)
             ? 0
             : LastError();
}

}  // namespace win32
}  // namespace uvfiles
