// Stats and opens the paths of a list, one after another. Neighbours are often in one directory, which saves lookups on POSIX
// systems. Not thread-safe; used by one task. It may hold descriptors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/stat_record.h"

namespace uvfiles {
namespace platform {

class PathList {
 public:
  PathList() = default;
  PathList(const PathList&) = delete;
  PathList& operator=(const PathList&) = delete;
  virtual ~PathList() = default;

  // `at` is where a path begins in the list. It never decreases from call to call.
  // 0 or a negative code.
  virtual int Stat(size_t at, bool follow, StatRecord* record) = 0;
  // A descriptor for reading, or a negative code. Does not wait for the writer of a FIFO.
  virtual int Open(size_t at) = 0;
  // For files that are not cached: opens files from this path on whose sizes add up to at most `size` bytes, and starts
  // reading them. A failure here is not reported: Open tries again.
  virtual void OpenAhead(size_t at, uint64_t size) = 0;
  // Looks up directories by their names again from now on: they may have been replaced.
  virtual void LookUpAnew() = 0;
  virtual void CloseAll() = 0;
};

// `paths` has a NUL between the paths and outlives the list.
std::unique_ptr<PathList> MakePathList(const std::string& paths);

}  // namespace platform
}  // namespace uvfiles
