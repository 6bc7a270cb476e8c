// What a walk has read of directories and packs into batches; core/tasks/walk_tree.h has their layout.
// Not thread-safe; used by one task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/task.h"

namespace uvfiles {

// Names, each with a NUL behind it.
struct WalkNames {
  std::string text;
  uint32_t count = 0;

  void Add(const char* name, size_t length) {  // a NUL is behind it
    text.append(name, length + 1);
    count++;
  }
  // Keeps the memory.
  void Clear() {
    text.clear();
    count = 0;
  }
  // Calls `each(const char* name, size_t length)`.
  template <typename Each>
  void ForEach(Each each) const {
    for (size_t at = 0; at < text.size();) {
      const size_t length = text.find('\0', at) - at;
      each(text.data() + at, length);
      at += length + 1;
    }
  }
};

struct WalkListing {
  WalkNames directories, links, others;

  void Clear() {
    for (WalkNames* names : {&directories, &links, &others}) names->Clear();
  }
};

class WalkBatch {
 public:
  // `directories`: in the first batch; each later one may have twice as many, up to a limit.
  explicit WalkBatch(int64_t directories);

  bool IsFull() const;
  void Grow();
  // The record's path is `relative` below `top`.
  void Add(uint32_t depth, uint32_t index, int code, const std::string& top,
           const std::string& relative, const WalkListing& listing);
  // Moves to `output` what there is. Returns `step`.
  Step Flush(Step step, std::string* output);

 private:
  uint32_t most_directories_;
  std::string records_;
  std::string texts_;
  uint32_t record_count_ = 0;
};

}  // namespace uvfiles
