// Lists a directory through an open handle, below which `OpenBelow` opens the entries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tasks/directories.h"
#include "platform/win32/handles.h"

namespace uvfiles {
namespace win32 {

struct Entry {
  std::string name;
  uint64_t inode = 0;
  EntryType type = EntryType::kFile;
  std::wstring_view wide;  // the name as the system has it, until the next call of `Next`
};

// Whether a reparse point is a symbolic link or a junction. Others stand for files and directories: those in a cloud, for example.
bool IsLink(DWORD attributes, DWORD tag);
// The attributes of an open file or directory, and the tag of a reparse point. 0 or negative.
int AttributesOf(HANDLE handle, FILE_ATTRIBUTE_TAG_INFO* known);

class Directory {
 public:
  // 0 or negative; UV_ENOTDIR for anything but a directory, and for a link if `follow` is false.
  int Open(const std::string& path, bool follow);
  // Opens a directory to remove it, by its path or by its name in `above`. Never follows a link. Nobody else may delete or
  // rename it meanwhile, and it can be deleted through `handle`.
  int Hold(const std::string& path);
  int Hold(const Directory& above, std::wstring_view name);
  void Close() { handle_.Reset(); }
  bool IsOpen() const { return static_cast<bool>(handle_); }
  HANDLE handle() const { return handle_.Get(); }

  // 1: there is one; 0: the end; negative: an error. Never "." and "..".
  int Next(Entry* entry);
  // Lists it again, and has no buffer until then.
  void Restart();

 private:
  int Adopt(UniqueHandle handle, bool follow);

  UniqueHandle handle_;
  std::vector<char> buffer_;
  size_t at_ = 0;
  bool filled_ = false;
  bool begun_ = false;
};

// Deletes the file or directory of the handle, which must have been opened with this right. 0 or
// negative.
int DeleteOpened(HANDLE handle);

}  // namespace win32
}  // namespace uvfiles
