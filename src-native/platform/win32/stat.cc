#include "platform/win32/stat.h"

#include <uv.h>
#include <winioctl.h>

#include <cstring>

#include "platform/win32/errors.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"

namespace uvfiles {
namespace win32 {

namespace {

// Windows counts ticks of 100 ns from 1601 on. kEpoch: the seconds until 1970.
constexpr int64_t kEpoch = 11644473600;
constexpr int64_t kTicks = 10000000;

void PutTime(const LARGE_INTEGER& from, int64_t* seconds, int64_t* nanoseconds) {
  // Rounded down: times before 1970 have nanoseconds above zero, too.
  int64_t whole = from.QuadPart / kTicks;
  int64_t rest = from.QuadPart % kTicks;
  if (rest < 0) {
    rest += kTicks;
    whole--;
  }
  *seconds = whole - kEpoch;
  *nanoseconds = rest * 100;
}

// REPARSE_DATA_BUFFER of ntifs.h, which user-mode programs do not have.
struct ReparseData {
  ULONG tag;
  USHORT length;
  USHORT reserved;
  USHORT substitute_offset, substitute_length;
  USHORT print_offset, print_length;
  // Symbolic links have flags here; in junctions, the text begins here.
};

constexpr size_t kHeader = sizeof(ReparseData);

void StatDevice(DWORD type, HANDLE handle, StatRecord* record) {
  *record = StatRecord();
  record->mode = type == FILE_TYPE_PIPE ? kTypeFifo : kTypeCharacter;
  record->nlink = 1;
  record->rdev = static_cast<int64_t>(type) << 16;
  record->ino = static_cast<int64_t>(reinterpret_cast<intptr_t>(handle));
}

}  // namespace

int ReadLinkHandle(HANDLE handle, std::string* text) {
  alignas(8) char buffer[MAXIMUM_REPARSE_DATA_BUFFER_SIZE];
  DWORD size = 0;
  if (!::DeviceIoControl(handle, FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer, sizeof buffer, &size,
                         nullptr))
    return ::GetLastError() == ERROR_NOT_A_REPARSE_POINT ? UV_EINVAL : LastError();
  if (size < kHeader) return UV_EINVAL;
  ReparseData data;
  std::memcpy(&data, buffer, sizeof data);
  size_t start = kHeader;
  if (data.tag == IO_REPARSE_TAG_SYMLINK) {
    start += sizeof(ULONG);
  } else if (data.tag != IO_REPARSE_TAG_MOUNT_POINT) {
    return UV_EINVAL;
  }
  start += data.substitute_offset;
  if (start + data.substitute_length > size) return UV_EINVAL;
  std::wstring wide(data.substitute_length / sizeof(wchar_t), L'\0');
  std::memcpy(&wide[0], buffer + start, wide.size() * sizeof(wchar_t));
  // A volume that is mounted here: its name has no drive letter.
  if (data.tag == IO_REPARSE_TAG_MOUNT_POINT && (wide.size() < 6 || wide[5] != L':'))
    return UV_EINVAL;
  *text = ToUtf8Plain(wide);
  return 0;
}

int StatHandle(HANDLE handle, StatRecord* record, bool link) {
  const DWORD type = ::GetFileType(handle) & ~static_cast<DWORD>(FILE_TYPE_REMOTE);
  if (type == FILE_TYPE_CHAR || type == FILE_TYPE_PIPE) {
    StatDevice(type, handle, record);
    return 0;
  }
  if (type != FILE_TYPE_DISK) return UV_EBADF;
  BY_HANDLE_FILE_INFORMATION known;
  FILE_BASIC_INFO times;
  FILE_STANDARD_INFO space;
  if (!::GetFileInformationByHandle(handle, &known) ||
      !::GetFileInformationByHandleEx(handle, FileBasicInfo, &times, sizeof times) ||
      !::GetFileInformationByHandleEx(handle, FileStandardInfo, &space, sizeof space))
    return LastError();

  *record = StatRecord();
  record->dev = known.dwVolumeSerialNumber;
  record->ino = static_cast<int64_t>((static_cast<uint64_t>(known.nFileIndexHigh) << 32) |
                                     known.nFileIndexLow);
  record->nlink = known.nNumberOfLinks;
  record->blksize = 4096;
  record->blocks = space.AllocationSize.QuadPart >> 9;
  PutTime(times.LastAccessTime, &record->atime_sec, &record->atime_nsec);
  PutTime(times.LastWriteTime, &record->mtime_sec, &record->mtime_nsec);
  PutTime(times.ChangeTime, &record->ctime_sec, &record->ctime_nsec);
  PutTime(times.CreationTime, &record->birthtime_sec, &record->birthtime_nsec);

  const DWORD attributes = known.dwFileAttributes;
  const bool read_only = (attributes & FILE_ATTRIBUTE_READONLY) != 0;
  record->mode = read_only ? 0444 : 0666;
  std::string target;
  if (link && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    const int failure = ReadLinkHandle(handle, &target);
    if (failure != 0) return failure;
    record->mode |= kTypeLink;
    record->size = static_cast<int64_t>(target.size());
  } else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    record->mode |= kTypeDirectory;
  } else {
    record->mode |= kTypeRegular;
    record->size = space.EndOfFile.QuadPart;
  }
  return 0;
}

int StatPath(const std::string& path, bool follow, StatRecord* record) {
  const UniqueHandle handle = OpenFor(path, FILE_READ_ATTRIBUTES, follow);
  if (!handle) return LastError();
  const int result = StatHandle(handle.Get(), record, !follow);
  if (result != UV_EINVAL || follow) return result;
  // Other reparse points (files in a cloud, deduplicated files) are described as what they stand for, or, where that cannot be
  // opened (programs of the Store), as what they are.
  return StatPath(path, true, record) == 0 ? 0 : StatHandle(handle.Get(), record, false);
}

}  // namespace win32
}  // namespace uvfiles
