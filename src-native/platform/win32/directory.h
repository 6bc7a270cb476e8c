// Lists a directory through an open handle. While a listing is `held`, nobody can rename or replace that directory or one
// above it, so everything that is done below it by path stays below it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/tasks/directories.h"
#include "platform/win32/handles.h"

namespace uvfiles {
namespace win32 {

struct Entry {
  std::string name;
  uint64_t inode = 0;
  EntryType type = EntryType::kFile;
};

class Directory {
 public:
  // 0 or negative; UV_ENOTDIR for anything but a directory, and for a link if `follow` is false.
  // With `held`, nobody else may delete or rename it, and it can be deleted through `handle`.
  int Open(const std::string& path, bool follow, bool held);
  void Close() { handle_.Reset(); }
  bool IsOpen() const { return static_cast<bool>(handle_); }
  HANDLE handle() const { return handle_.Get(); }

  // 1: there is one; 0: the end; negative: an error. Never "." and "..".
  int Next(Entry* entry);

 private:
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
