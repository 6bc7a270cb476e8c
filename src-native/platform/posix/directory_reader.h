// Reads a directory a buffer of entries at a time, with their types and inodes where the file system tells.
// One reader serves many directories in turn and keeps its buffer. Not thread-safe; used by one task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/tasks/directories.h"
#include "core/unique_fd.h"

namespace uvfiles {

EntryType EntryTypeOfMode(uint32_t mode);

struct DirectoryEntry {
  const char* name = nullptr;  // ends in NUL; valid until the next call
  size_t length = 0;
  uint64_t inode = 0;
  EntryType type = EntryType::kUnknown;
};

class DirectoryReader {
 public:
  DirectoryReader();
  ~DirectoryReader();
  DirectoryReader(const DirectoryReader&) = delete;
  DirectoryReader& operator=(const DirectoryReader&) = delete;

  // Takes the directory over, closing the one before. 0 or -errno.
  int Open(UniqueFd directory);
  void Close();
  bool IsOpen() const;
  int fd() const;

  // 1: `entry` is the next one, but for "." and ".."; 0: there is no other; else -errno.
  int Next(DirectoryEntry* entry);

  // What the entry is, asked of the file system where the listing did not tell. kUnknown once it has vanished.
  EntryType TypeOf(const DirectoryEntry& entry) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "." and "..".
inline bool IsDotOrDots(const char* name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

}  // namespace uvfiles
