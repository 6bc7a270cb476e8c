#include "platform/win32/directory.h"

#include <uv.h>

#include <cstring>
#include <utility>

#include "platform/win32/errors.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"

namespace uvfiles {
namespace win32 {

namespace {

constexpr size_t kBufferSize = 64 * 1024;

bool IsDotOrDots(const wchar_t* name, size_t length) {
  return (length == 1 && name[0] == L'.') || (length == 2 && name[0] == L'.' && name[1] == L'.');
}

constexpr DWORD kToList = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | SYNCHRONIZE;

}  // namespace

bool IsLink(DWORD attributes, DWORD tag) {
  return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
         (tag == IO_REPARSE_TAG_SYMLINK || tag == IO_REPARSE_TAG_MOUNT_POINT);
}

// FAT does not know reparse points, and cannot be asked for their tags.
int AttributesOf(HANDLE handle, FILE_ATTRIBUTE_TAG_INFO* known) {
  FILE_BASIC_INFO basic;
  if (!::GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic))
    return LastError();
  known->FileAttributes = basic.FileAttributes;
  known->ReparseTag = 0;
  if ((basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) return 0;
  return ::GetFileInformationByHandleEx(handle, FileAttributeTagInfo, known, sizeof *known)
             ? 0
             : LastError();
}

int Directory::Open(const std::string& path, bool follow) {
  return Adopt(OpenFor(path, kToList, follow, kShareAll), follow);
}

int Directory::Hold(const std::string& path) {
  return Adopt(OpenFor(path, kToList | DELETE, false, kShareHeld), false);
}

int Directory::Hold(const Directory& above, std::wstring_view name) {
  return Adopt(OpenBelow(above.handle(), name, kToList | DELETE, kShareHeld), false);
}

int Directory::Adopt(UniqueHandle handle, bool follow) {
  handle_ = std::move(handle);
  if (!handle_) return LastError();
  Restart();
  FILE_ATTRIBUTE_TAG_INFO known;
  int code = AttributesOf(handle_.Get(), &known);
  if (code == 0 && ((known.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
                    (!follow && IsLink(known.FileAttributes, known.ReparseTag))))
    code = UV_ENOTDIR;
  if (code != 0) Close();
  return code;
}

void Directory::Restart() {
  begun_ = filled_ = false;
  buffer_ = std::vector<char>();  // "= {}" would keep the memory
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
    entry->wide = {name, length};
    entry->name = ToUtf8(name, length);
    entry->inode = static_cast<uint64_t>(info.FileId.QuadPart);
    const bool directory = (info.FileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    // For a reparse point, this field contains its tag.
    entry->type = IsLink(info.FileAttributes, info.EaSize) ? EntryType::kLink
                  : directory                              ? EntryType::kDirectory
                                                           : EntryType::kFile;
    return 1;
  }
}

}  // namespace win32
}  // namespace uvfiles
