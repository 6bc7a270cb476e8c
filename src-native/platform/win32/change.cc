#include "platform/win32/change.h"

#include <uv.h>
#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "platform/directories.h"
#include "platform/win32/directory.h"
#include "platform/win32/errors.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"

namespace uvfiles {
namespace win32 {

namespace {

// FileDispositionInfoEx and FileRenameInfoEx (Windows 10 1607) change names as POSIX does. Not all headers of MinGW have their
// numbers and flags.
constexpr FILE_INFO_BY_HANDLE_CLASS kDispositionEx = static_cast<FILE_INFO_BY_HANDLE_CLASS>(21);
constexpr FILE_INFO_BY_HANDLE_CLASS kRenameEx = static_cast<FILE_INFO_BY_HANDLE_CLASS>(22);
constexpr DWORD kDelete = 1, kReplaceIfExists = 1, kPosix = 2, kIgnoreReadOnly = 16;

// graceful-fs gives up after a minute. A pool thread cannot be held for that long.
constexpr DWORD kPatienceMs = 2000;
constexpr DWORD kLongestPauseMs = 100;

// What systems before Windows 10 1607, other file systems than NTFS, and wine say of the newer calls.
bool IsUnsupported(DWORD error) {
  return error == ERROR_NOT_SUPPORTED || error == ERROR_INVALID_PARAMETER ||
         error == ERROR_INVALID_FUNCTION || error == ERROR_CALL_NOT_IMPLEMENTED;
}

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
  DWORD flags = kDelete | kPosix | kIgnoreReadOnly;
  if (::SetFileInformationByHandle(handle, kDispositionEx, &flags, sizeof flags)) return true;
  if (!IsUnsupported(::GetLastError())) return false;
  // Only where a read-only file is in the way is the right to write attributes needed.
  UniqueHandle writable;
  FILE_BASIC_INFO basic;
  const auto mark = [&](DWORD attributes) {
    FILE_BASIC_INFO changed = {};  // zeros keep the times
    changed.FileAttributes = attributes == 0 ? FILE_ATTRIBUTE_NORMAL : attributes;
    ::SetFileInformationByHandle(writable.Get(), FileBasicInfo, &changed, sizeof changed);
  };
  constexpr DWORD kReadOnly = FILE_ATTRIBUTE_READONLY;
  if (::GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) &&
      (basic.FileAttributes & kReadOnly) != 0) {
    writable.Reset(::ReOpenFile(handle, FILE_WRITE_ATTRIBUTES, kShareAll,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT));
    mark(basic.FileAttributes & ~kReadOnly);
  }
  FILE_DISPOSITION_INFO plain;
  plain.DeleteFile = TRUE;
  if (::SetFileInformationByHandle(handle, FileDispositionInfo, &plain, sizeof plain)) return true;
  const DWORD error = ::GetLastError();
  if (writable) mark(basic.FileAttributes);
  ::SetLastError(error);
  return false;
}

// 0, or why the entry is not removed as what the caller takes it for.
int Refusal(HANDLE handle, bool directory) {
  FILE_ATTRIBUTE_TAG_INFO known;
  const int code = AttributesOf(handle, &known);
  if (code != 0) return code;
  const bool is_directory = (known.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  if (directory) return is_directory ? 0 : UV_ENOTDIR;
  return is_directory && !IsLink(known.FileAttributes, known.ReparseTag) ? UV_EPERM : 0;
}

// `open` returns the handle of the entry.
template <typename Open>
int RemoveEntry(Open open, bool directory) {
  int refusal = 0;
  const auto remove = [&] {
    const UniqueHandle handle = open(DELETE | FILE_READ_ATTRIBUTES);
    if (!handle) return false;
    refusal = Refusal(handle.Get(), directory);
    return refusal != 0 || DeleteByHandle(handle.Get());
  };
  const DWORD error = WithPatience(remove, [] { return false; });
  return refusal != 0 ? refusal : ErrorCode(error);
}

// Replaces a file that others have open. They keep the old one, as on POSIX.
bool ReplaceOpened(const std::wstring& from, const std::wstring& to, DWORD durable) {
  const DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT | durable;
  const UniqueHandle handle(
      ::CreateFileW(from.c_str(), DELETE, kShareAll, nullptr, OPEN_EXISTING, flags, nullptr));
  if (!handle) return false;
  constexpr size_t kName = offsetof(FILE_RENAME_INFO, FileName);
  const size_t length = to.size() * sizeof(wchar_t);
  std::vector<char> buffer(std::max(kName + length + sizeof(wchar_t), sizeof(FILE_RENAME_INFO)));
  const DWORD how = kReplaceIfExists | kPosix;
  std::memcpy(buffer.data(), &how, sizeof how);
  const auto size = static_cast<DWORD>(length);
  std::memcpy(&buffer[offsetof(FILE_RENAME_INFO, FileNameLength)], &size, sizeof size);
  std::memcpy(&buffer[kName], to.data(), length);
  return ::SetFileInformationByHandle(handle.Get(), kRenameEx, buffer.data(),
                                      static_cast<DWORD>(buffer.size()));
}

// A copy that is stopped here removes what it has written.
DWORD CALLBACK OnProgress(LARGE_INTEGER, LARGE_INTEGER, LARGE_INTEGER, LARGE_INTEGER, DWORD, DWORD,
                          HANDLE, HANDLE, void* task) {
  return static_cast<const Task*>(task)->cancelled() ? PROGRESS_CANCEL : PROGRESS_CONTINUE;
}

}  // namespace

int DeleteOpened(HANDLE handle) { return DeleteByHandle(handle) ? 0 : LastError(); }

int RemoveFile(const std::string& path) {
  return RemoveEntry([&](DWORD access) { return OpenFor(path, access, false); }, false);
}

int RemoveFileBelow(HANDLE directory, std::wstring_view name) {
  return RemoveEntry([&](DWORD access) { return OpenBelow(directory, name, access, kShareAll); },
                     false);
}

int RemoveDirectoryAt(const std::string& path) {
  return RemoveEntry([&](DWORD access) { return OpenFor(path, access, false); }, true);
}

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
  // A directory or a read-only file is never replaced. If only the case of letters changes, nothing is.
  const auto is_irreplaceable = [&] {
    const DWORD attributes = ::GetFileAttributesW(wide_to.c_str());
    return attributes != INVALID_FILE_ATTRIBUTES &&
           (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_READONLY)) != 0 &&
           ::lstrcmpiW(wide_from.c_str(), wide_to.c_str()) != 0;
  };
  const DWORD durable = (how & MOVEFILE_WRITE_THROUGH) != 0 ? FILE_FLAG_WRITE_THROUGH : 0;
  const auto move = [&] {
    if (::MoveFileExW(wide_from.c_str(), wide_to.c_str(), how)) return true;
    if (::GetLastError() != ERROR_ACCESS_DENIED || (how & MOVEFILE_REPLACE_EXISTING) == 0)
      return false;
    if (!is_irreplaceable() && ReplaceOpened(wide_from, wide_to, durable)) return true;
    ::SetLastError(ERROR_ACCESS_DENIED);
    return false;
  };
  return ErrorCode(WithPatience(move, is_irreplaceable));
}

int Copy(const std::string& from, const std::string& to, unsigned long how, const Task& task) {
  std::wstring wide_from, wide_to;
  const int failure = ToWide(from, to, &wide_from, &wide_to);
  if (failure != 0) return failure;
  void* const asked = const_cast<Task*>(&task);
  if (::CopyFileExW(wide_from.c_str(), wide_to.c_str(), OnProgress, asked, nullptr, how)) return 0;
  const int code = LastError();
  return code == UV_EPERM && platform::IsDirectory(to) ? UV_EISDIR : code;
}

int Flush(const std::string& path) {
  const UniqueHandle handle = OpenFor(path, GENERIC_WRITE, true);
  // A file that is marked as read-only cannot be opened for this.
  if (!handle) return ::GetLastError() == ERROR_ACCESS_DENIED ? 0 : LastError();
  return ::FlushFileBuffers(handle.Get()) ? 0 : LastError();
}

}  // namespace win32
}  // namespace uvfiles
