// Reads a directory one buffer of entries at a time, with their types and inodes where the file system reports them.
// One reader serves many directories in turn and keeps its buffer. Not thread-safe; used by one task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/tasks/directories.h"
#include "core/unique_fd.h"

namespace uvfiles {
namespace platform {

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

  // Opens a directory, closing the one before. A link is followed. 0 or a negative code.
  int Open(const std::string& path);
  void Close();
  bool IsOpen() const;

  // 1: `entry` is the next one except "." and ".."; 0: there are no more; otherwise a negative code.
  int Next(DirectoryEntry* entry);

  // The entry's type. Asks the file system if the listing did not contain it. kUnknown if the entry has vanished.
  EntryType TypeOf(const DirectoryEntry& entry) const;
  // Whether the link leads to a directory.
  bool LeadsToDirectory(const DirectoryEntry& link) const;
  // The status of the open directory. 0 or a negative code.
  int Stat(StatRecord* record) const;

  // Takes ownership of the directory. Not on Windows.
  int Open(UniqueFd directory);
  int fd() const;

  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// The top of a walk, which stays open to find the directories below it.
struct WalkBase {
  UniqueFd fd;
  // Identifies the top since it was first opened: it may be moved between two batches.
  bool known = false;
  int64_t device = 0;
  int64_t inode = 0;
};

constexpr int kPassOver = 1;

// Opens the directory `relative` of `top` ("": the top itself) in the reader. 0; kPassOver for a link that is not to be
// followed; or a negative code.
int OpenInWalk(const std::string& top, const std::string& relative, bool follow, WalkBase* base,
               DirectoryReader* reader);

// "." and "..".
inline bool IsDotOrDots(const char* name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

}  // namespace platform
}  // namespace uvfiles
