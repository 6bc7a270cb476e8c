// The entries of a directory that ScanDirectory packs into a batch; core/tasks/directories.h has the layout.
// Not thread-safe; used by one task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/tasks/directories.h"
#include "core/tasks/records.h"

namespace uvfiles {

class ScanBatch {
 public:
  // One batch is about what a consumer handles in a turn of its loop.
  static constexpr size_t kMostEntries = 1024;

  size_t size() const { return types_.size(); }
  // A NUL is behind the name.
  void Add(const char* name, size_t length, uint64_t inode, EntryType type) {
    AppendInteger(&inodes_, inode);
    types_.push_back(static_cast<char>(type));
    names_.append(name, length + 1);
  }
  // Moves the entries to `output`.
  void Flush(std::string* output) {
    AppendInteger(output, static_cast<uint32_t>(types_.size()));
    AppendInteger(output, uint32_t{0});
    *output += inodes_;
    *output += types_;
    *output += names_;
    inodes_.clear();
    types_.clear();
    names_.clear();
  }

 private:
  std::string inodes_;
  std::string types_;
  std::string names_;
};

}  // namespace uvfiles
