#include "platform/path_calls.h"

#include <fcntl.h>
#include <uv.h>
#include <windows.h>

#include <algorithm>

#include "core/tasks/records.h"
#include "platform/directories.h"
#include "platform/win32/change.h"
#include "platform/win32/errors.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

using namespace win32;  // NOLINT: this file is nothing but calls of it

namespace platform {

namespace {

constexpr int64_t kWriteAccess = 2;
constexpr int64_t kOwnerMayWrite = 0200;
constexpr int64_t kEpoch = 11644473600;        // seconds from 1601 to 1970
constexpr int64_t kLastSecond = 910692730085;  // that a FILETIME can have
constexpr DWORD kUnprivileged = 2;  // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE, Windows 10 1703

FILETIME FileTime(int64_t seconds, int64_t nanoseconds) {
  const uint64_t ticks = static_cast<uint64_t>((seconds + kEpoch) * 10000000 + nanoseconds / 100);
  FILETIME time;
  time.dwLowDateTime = static_cast<DWORD>(ticks);
  time.dwHighDateTime = static_cast<DWORD>(ticks >> 32);
  return time;
}

}  // namespace

// As in libuv, a file may be written unless it is marked read-only. Access rights are not checked.
bool MayAccess(const std::string& path, int mode) {
  std::wstring wide;
  if (ToWide(path, &wide) != 0) return false;
  const DWORD attributes = ::GetFileAttributesW(wide.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return false;
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
      !OpenFor(path, FILE_READ_ATTRIBUTES, true))
    return false;
  return (mode & kWriteAccess) == 0 || (attributes & FILE_ATTRIBUTE_READONLY) == 0 ||
         (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

int ChangeMode(const std::string& path, int64_t mode) {
  const UniqueHandle handle = OpenFor(path, FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, true);
  FILE_BASIC_INFO basic;
  if (!handle || !::GetFileInformationByHandleEx(handle.Get(), FileBasicInfo, &basic, sizeof basic))
    return LastError();
  DWORD attributes = basic.FileAttributes & ~static_cast<DWORD>(FILE_ATTRIBUTE_READONLY);
  if ((mode & kOwnerMayWrite) == 0) attributes |= FILE_ATTRIBUTE_READONLY;
  basic = FILE_BASIC_INFO();  // zeros keep the times
  basic.FileAttributes = attributes == 0 ? FILE_ATTRIBUTE_NORMAL : attributes;
  return ::SetFileInformationByHandle(handle.Get(), FileBasicInfo, &basic, sizeof basic)
             ? 0
             : LastError();
}

// As in node:fs, nothing is done: Windows has no such owners.
int ChangeOwner(const std::string&, int64_t, int64_t, bool) { return 0; }

int ChangeTimes(const std::string& path, const int64_t* times, bool follow) {
  for (const int64_t seconds : {times[0], times[2]})
    if (seconds > kLastSecond || seconds < -kEpoch) return UV_EINVAL;
  const UniqueHandle handle = OpenFor(path, FILE_WRITE_ATTRIBUTES, follow);
  if (!handle) return LastError();
  const FILETIME accessed = FileTime(times[0], times[1]);
  const FILETIME modified = FileTime(times[2], times[3]);
  return ::SetFileTime(handle.Get(), nullptr, &accessed, &modified) ? 0 : LastError();
}

int RealPath(const std::string& path, std::string* resolved) {
  const UniqueHandle handle = OpenFor(path, 0, true);
  if (!handle) return LastError();
  const DWORD needed = ::GetFinalPathNameByHandleW(handle.Get(), nullptr, 0, VOLUME_NAME_DOS);
  if (needed == 0) return LastError();
  std::wstring text(needed, L'\0');
  const DWORD length = ::GetFinalPathNameByHandleW(handle.Get(), &text[0], needed, VOLUME_NAME_DOS);
  if (length == 0 || length >= needed) return LastError();
  text.resize(length);
  *resolved = ToUtf8Plain(text);
  return 0;
}

int Unlink(const std::string& path) { return RemoveFile(path); }

int Link(const std::string& path, const std::string& dest) {
  std::wstring from, to;
  const int failure = ToWide(path, dest, &from, &to);
  if (failure != 0) return failure;
  return ::CreateHardLinkW(to.c_str(), from.c_str(), nullptr) ? 0 : LastError();
}

int Symlink(const std::string& text, const std::string& path) {
  std::wstring target;
  std::wstring wide;
  int failure = ToWideText(text, &target);
  if (failure == 0) failure = ToWide(path, &wide);
  if (failure != 0) return failure;
  // Windows has links to files and links to directories. As in Python, what the target is now decides. A relative target
  // begins at the directory of the link.
  std::string seen = text;
  if (RootLength(seen) == 0) seen = Join(path.substr(0, ParentLength(path, path.size())), seen);
  DWORD flags = IsDirectory(seen) ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0;
  for (wchar_t& each : target) each = each == L'/' ? L'\\' : each;
  if (::CreateSymbolicLinkW(wide.c_str(), target.c_str(), flags | kUnprivileged)) return 0;
  if (::GetLastError() != ERROR_INVALID_PARAMETER) return LastError();
  return ::CreateSymbolicLinkW(wide.c_str(), target.c_str(), flags) ? 0 : LastError();
}

int ReadLink(const std::string& path, std::string* text) {
  const UniqueHandle handle = OpenFor(path, 0, false);
  return handle ? ReadLinkHandle(handle.Get(), text) : LastError();
}

int StatFileSystem(const std::string& path, std::string* output) {
  std::wstring wide;
  const int failure = ToWide(path, &wide);
  if (failure != 0) return failure;
  wchar_t volume[MAX_PATH + 1];
  if (!::GetVolumePathNameW(wide.c_str(), volume, MAX_PATH)) return LastError();
  DWORD sectors, bytes, free_clusters, clusters, serial = 0, name_limit = 255, flags = 0;
  ULARGE_INTEGER available, total, free_bytes;
  if (!::GetDiskFreeSpaceW(volume, &sectors, &bytes, &free_clusters, &clusters) ||
      !::GetDiskFreeSpaceExW(volume, &available, &total, &free_bytes))
    return LastError();
  ::GetVolumeInformationW(volume, nullptr, 0, &serial, &name_limit, &flags, nullptr, 0);
  const uint64_t block = std::max<uint64_t>(uint64_t{sectors} * bytes, 1);
  const uint64_t read_only = (flags & FILE_READ_ONLY_VOLUME) != 0 ? 1 : 0;
  const uint64_t fields[] = {block,
                             block,
                             total.QuadPart / block,
                             free_bytes.QuadPart / block,
                             available.QuadPart / block,
                             0,
                             0,
                             0,
                             read_only,
                             name_limit,
                             serial};
  for (const uint64_t field : fields) AppendInteger(output, field);
  return 0;
}

int TruncatePath(const std::string& path, int64_t size) {
  UniqueHandle handle;
  const int failure = OpenHandle(path, _O_RDWR, 0, 0, &handle);
  if (failure != 0) return failure;
  return SetEnd(handle.Get(), size) ? 0 : LastError();
}

// Nothing is done: a directory cannot be opened for this, and NTFS keeps a journal of its names.
int SyncNames(const std::string&) { return 0; }

int SyncNameOf(const std::string&, bool) { return 0; }

int GetAttribute(const char*, const char*, bool, std::string*) { return UV_ENOTSUP; }
int SetAttribute(const char*, const char*, bool, const std::string&, AttributeMode) {
  return UV_ENOTSUP;
}
int ListAttributes(const char*, bool, std::string*) { return UV_ENOTSUP; }
int RemoveAttribute(const char*, const char*, bool) { return UV_ENOTSUP; }

// As in Python: the root of a drive or a share, or a directory where a volume is mounted.
bool IsMount(const std::string& path) {
  std::wstring wide;
  if (ToWide(path, &wide) != 0) return false;
  wchar_t full[MAX_PATH + 2];
  const DWORD length = ::GetFullPathNameW(wide.c_str(), MAX_PATH, full, nullptr);
  if (length == 0 || length >= MAX_PATH) return false;
  wchar_t volume[MAX_PATH + 2];
  if (!::GetVolumePathNameW(full, volume, MAX_PATH)) return false;
  const auto trimmed = [](std::wstring text) {
    while (!text.empty() && (text.back() == L'\\' || text.back() == L'/')) text.pop_back();
    return text;
  };
  return ::_wcsicmp(trimmed(full).c_str(), trimmed(volume).c_str()) == 0;
}

}  // namespace platform
}  // namespace uvfiles
