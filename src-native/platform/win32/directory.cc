#include "platform/win32/directory.h"

#include <uv.h>

#include <cstring>

#include "platform/win32/errors.h"
#include "platform/win32/paths.h"

namespace uvfiles {
namespace win32 {

namespace {

constexpr size_t kBufferSize = 64 * 1024;

bool IsDotOrDots(const wchar_t* name, size_t length) {
  return (length == 1 && name[0] == L'.') || (length == 2 && name[0] == L'.' && name[1] == L'.');
}

bool IsLinkTag(DWORD tag) {
  return tag == IO_REPARSE_TAG_SYMLINK || tag == IO_REPARSE_TAG_MOUNT_POINT;
}

}  // namespace

int Directory::Open(const std::string& path, bool follow, bool held) {
  Close();
  begun_ = filled_ = false;
  std::wstring wide;
  const int failure = ToWide(path, &wide);
  if (failure != 0) return failure;
  const DWORD access = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | SYNCHRONIZE |
                       (held ? DELETE | FILE_WRITE_ATTRIBUTES : 0);
  const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | (held ? 0 : FILE_SHARE_DELETE);
  const DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
  handle_.Reset(::CreateFileW(wide.c_str(), access, share, nullptr, OPEN_EXISTING, flags, nullptr));
  if (!handle_) return LastError();
  FILE_ATTRIBUTE_TAG_INFO known;
  if (!::GetFileInformationByHandleEx(handle_.Get(), FileAttributeTagInfo, &known, sizeof known)) {
    const int code = LastError();
    Close();
    return code;
  }
  const bool is_link =
      (known.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && IsLinkTag(known.ReparseTag);
  if ((known.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 && !(is_link && !follow)) return 0;
  Close();
  return UV_ENOTDIR;
}

int Directory::Next(Entry* entry) {
  buffer_.resize(kBufferSize);
  for (;;) {
    if (!filled_) {
      const FILE_INFO_BY_HANDLE_CLASS what =
          begun_ ? FileIdBothDirectoryInfo : FileIdBothDirectoryRestartInfo;
      if (!::GetFileInformationByHandleEx(handle_.Get(), what, buffer_.data(), kBufferSize)) {
        const DWORD error = ::GetLastError();
        if (error == ERROR_NO_MORE_FILES || error == ERROR_FILE_NOT_FOUND) return 0;
        return ErrorCode(error);
      }
      begun_ = filled_ = true;
      at_ = 0;
    }
    FILE_ID_BOTH_DIR_INFO info;
    std::memcpy(&info, &buffer_[at_], offsetof(FILE_ID_BOTH_DIR_INFO, FileName));
    const wchar_t* const name =
        reinterpret_cast<const wchar_t*>(&buffer_[at_ + offsetof(FILE_ID_BOTH_DIR_INFO, FileName)]);
    const size_t length = info.FileNameLength / sizeof(wchar_t);
    if (info.NextEntryOffset == 0) filled_ = false;
    at_ += info.NextEntryOffset;
    if (IsDotOrDots(name, length)) continue;
    entry->name = ToUtf8(name, length);
    entry->inode = static_cast<uint64_t>(info.FileId.QuadPart);
    const bool directory = (info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    // For a reparse point, this field contains its tag.
    const bool link =
        (info.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && IsLinkTag(info.EaSize);
    entry->type = link ? EntryType::kLink : directory ? EntryType::kDirectory : EntryType::kFile;
    return 1;
  }
}

}  // namespace win32
}  // namespace uvfiles
