#include "platform/win32/tasks/path_call.h"

#include <fcntl.h>
#include <uv.h>
#include <windows.h>

#include "core/tasks/path_call.h"
#include "core/tasks/records.h"
#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/win32/change.h"
#include "platform/win32/directory.h"
#include "platform/win32/errors.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

using namespace win32;  // NOLINT: this file is nothing but calls of it

namespace {

constexpr int64_t kWriteAccess = 2;
constexpr int64_t kOwnerMayWrite = 0200;
constexpr DWORD kUnprivileged = 2;  // SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE, Windows 10 1703

UniqueHandle OpenFor(const std::string& path, DWORD access, bool follow) {
  std::wstring wide;
  if (ToWide(path, &wide) != 0) return UniqueHandle();
  const DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
  return UniqueHandle(
      ::CreateFileW(wide.c_str(), access, kShareAll, nullptr, OPEN_EXISTING, flags, nullptr));
}

FILETIME FileTime(int64_t seconds, int64_t nanoseconds) {
  const uint64_t ticks =
      static_cast<uint64_t>((seconds + 11644473600) * 10000000 + nanoseconds / 100);
  FILETIME time;
  time.dwLowDateTime = static_cast<DWORD>(ticks);
  time.dwHighDateTime = static_cast<DWORD>(ticks >> 32);
  return time;
}

bool IsSame(const StatRecord& a, const StatRecord& b) { return a.dev == b.dev && a.ino == b.ino; }

}  // namespace

void PathCall::Settle(int code, const char* syscall) {
  if (code >= 0) return;
  error.code = code;
  error.syscall = syscall;
  if (!arguments_.bytes.empty()) error.path = arguments_.bytes[0];
  if (arguments_.bytes.size() > 1) error.dest = arguments_.bytes[1];
}

Step PathCall::Run(const Slice&) {
  switch (static_cast<PathCallName>(arguments_.numbers[0])) {
    case PathCallName::kAccess:
      Answer(MayAccess(Number(0)));
      break;
    case PathCallName::kChmod:
      Settle(Chmod(Number(0)), "chmod");
      break;
    case PathCallName::kChown:
      // As node:fs: there are no such owners, and nothing is done.
      break;
    case PathCallName::kUtimes:
      Settle(Utimes(), Number(4) != 0 ? "lutime" : "utime");
      break;
    case PathCallName::kRealpath:
      Settle(Realpath(), "realpath");
      break;
    case PathCallName::kRename:
      Settle(Rename(Path(), Dest()), "rename");
      break;
    case PathCallName::kUnlink:
      Settle(RemoveFile(Path()), "unlink");
      break;
    case PathCallName::kRmdir:
      Settle(RemoveDirectoryAt(Path()), "rmdir");
      break;
    case PathCallName::kMkdir:
      Settle(MakeDirectoryAt(Path()), "mkdir");
      break;
    case PathCallName::kLink:
      Settle(Link(), "link");
      break;
    case PathCallName::kSymlink:
      Settle(Symlink(), "symlink");
      break;
    case PathCallName::kReadlink:
      Settle(Readlink(), "readlink");
      break;
    case PathCallName::kStatvfs:
      Settle(Statvfs(), "statvfs");
      break;
    case PathCallName::kTruncate:
      Settle(Truncate(Number(0)), "truncate");
      break;
    case PathCallName::kSameFile:
      SameFile();
      break;
    case PathCallName::kSameOpenFile:
      Settle(SameOpenFile(), "fstat");
      break;
    case PathCallName::kIsMount:
      Answer(IsMount());
      break;
    case PathCallName::kGetAttribute:
    case PathCallName::kSetAttribute:
    case PathCallName::kListAttributes:
    case PathCallName::kRemoveAttribute:
      error = {UV_ENOTSUP, "xattr", arguments_.bytes[0], ""};  // there are none of their kind
      break;
    case PathCallName::kSyncDirectory:
      break;  // a directory cannot be opened for it, and NTFS keeps a journal of names
    default:
      Settle(UV_EINVAL, "path");
  }
  return Step::kDone;
}

// As libuv: only a file that is marked read-only is not writable; who may do what is found out by trying.
bool PathCall::MayAccess(int64_t mode) const {
  std::wstring wide;
  if (ToWide(Path(), &wide) != 0) return false;
  const DWORD attributes = ::GetFileAttributesW(wide.c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return false;
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
      !OpenFor(Path(), FILE_READ_ATTRIBUTES, true))
    return false;
  return (mode & kWriteAccess) == 0 || (attributes & FILE_ATTRIBUTE_READONLY) == 0 ||
         (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

int PathCall::Chmod(int64_t mode) const {
  const UniqueHandle handle = OpenFor(Path(), FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, true);
  FILE_BASIC_INFO basic;
  if (!handle || !::GetFileInformationByHandleEx(handle.Get(), FileBasicInfo, &basic, sizeof basic))
    return LastError();
  DWORD attributes = basic.FileAttributes & ~static_cast<DWORD>(FILE_ATTRIBUTE_READONLY);
  if ((mode & kOwnerMayWrite) == 0) attributes |= FILE_ATTRIBUTE_READONLY;
  basic = FILE_BASIC_INFO();  // zeros leave the times alone
  basic.FileAttributes = attributes == 0 ? FILE_ATTRIBUTE_NORMAL : attributes;
  return ::SetFileInformationByHandle(handle.Get(), FileBasicInfo, &basic, sizeof basic)
             ? 0
             : LastError();
}

int PathCall::Utimes() const {
  const UniqueHandle handle = OpenFor(Path(), FILE_WRITE_ATTRIBUTES, Number(4) == 0);
  if (!handle) return LastError();
  const FILETIME accessed = FileTime(Number(0), Number(1));
  const FILETIME modified = FileTime(Number(2), Number(3));
  return ::SetFileTime(handle.Get(), nullptr, &accessed, &modified) ? 0 : LastError();
}

int PathCall::Realpath() {
  const UniqueHandle handle = OpenFor(Path(), 0, true);
  if (!handle) return LastError();
  const DWORD needed = ::GetFinalPathNameByHandleW(handle.Get(), nullptr, 0, VOLUME_NAME_DOS);
  if (needed == 0) return LastError();
  std::wstring text(needed, L'\0');
  const DWORD length = ::GetFinalPathNameByHandleW(handle.Get(), &text[0], needed, VOLUME_NAME_DOS);
  if (length == 0 || length >= needed) return LastError();
  text.resize(length);
  output = ToUtf8Plain(text);
  return 0;
}

int PathCall::Link() const {
  std::wstring from;
  std::wstring to;
  int failure = ToWide(Path(), &from);
  if (failure == 0) failure = ToWide(Dest(), &to);
  if (failure != 0) return failure;
  return ::CreateHardLinkW(to.c_str(), from.c_str(), nullptr) ? 0 : LastError();
}

int PathCall::Symlink() const {
  std::wstring target;
  std::wstring wide;
  int failure = ToWideText(Path(), &target);
  if (failure == 0) failure = ToWide(Dest(), &wide);
  if (failure != 0) return failure;
  // A link is made for files or for directories. As Python, what is there now decides, seen from the link's folder.
  std::string seen = Path();
  if (RootLength(seen) == 0)
    seen = Join(Dest().substr(0, platform::ParentLength(Dest(), Dest().size())), seen);
  DWORD flags = platform::IsDirectory(seen) ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0;
  for (wchar_t& each : target) each = each == L'/' ? L'\\' : each;
  if (::CreateSymbolicLinkW(wide.c_str(), target.c_str(), flags | kUnprivileged)) return 0;
  if (::GetLastError() != ERROR_INVALID_PARAMETER) return LastError();
  return ::CreateSymbolicLinkW(wide.c_str(), target.c_str(), flags) ? 0 : LastError();
}

int PathCall::Readlink() {
  const UniqueHandle handle = OpenFor(Path(), 0, false);
  return handle ? ReadLinkHandle(handle.Get(), &output) : LastError();
}

int PathCall::Statvfs() {
  std::wstring wide;
  const int failure = ToWide(Path(), &wide);
  if (failure != 0) return failure;
  wchar_t volume[MAX_PATH + 1];
  if (!::GetVolumePathNameW(wide.c_str(), volume, MAX_PATH)) return LastError();
  DWORD sectors, bytes, free_clusters, clusters, serial = 0, name_limit = 255, flags = 0;
  ULARGE_INTEGER available, total, free_bytes;
  if (!::GetDiskFreeSpaceW(volume, &sectors, &bytes, &free_clusters, &clusters) ||
      !::GetDiskFreeSpaceExW(volume, &available, &total, &free_bytes))
    return LastError();
  ::GetVolumeInformationW(volume, nullptr, 0, &serial, &name_limit, &flags, nullptr, 0);
  const uint64_t block = uint64_t{sectors} * bytes;
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
  for (const uint64_t field : fields) AppendInteger(&output, field);
  return 0;
}

int PathCall::Truncate(int64_t size) const {
  UniqueHandle handle;
  const int failure = OpenHandle(Path(), _O_RDWR, 0, 0, &handle);
  if (failure != 0) return failure;
  FILE_END_OF_FILE_INFO end;
  end.EndOfFile.QuadPart = size;
  return ::SetFileInformationByHandle(handle.Get(), FileEndOfFileInfo, &end, sizeof end)
             ? 0
             : LastError();
}

int PathCall::SameFile() {
  StatRecord found[2];
  for (size_t i = 0; i < 2; i++) {
    const int code = StatPath(arguments_.bytes[i], true, &found[i]);
    if (code == 0) continue;
    error = {code, "stat", arguments_.bytes[i], ""};
    return code;
  }
  Answer(IsSame(found[0], found[1]));
  return 0;
}

int PathCall::SameOpenFile() {
  StatRecord found[2];
  for (size_t i = 0; i < 2; i++) {
    const int code = platform::Fstat(static_cast<int>(Number(i)), &found[i]);
    if (code != 0) return code;
  }
  Answer(IsSame(found[0], found[1]));
  return 0;
}

// As Python: a drive's or share's root, or where a volume is mounted.
bool PathCall::IsMount() const {
  std::wstring wide;
  if (ToWide(Path(), &wide) != 0) return false;
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

}  // namespace uvfiles
