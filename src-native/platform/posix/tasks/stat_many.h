// Stats a list of paths in one go.
//
// Arguments: bytes: the paths as one list with NUL between them. numbers: StatManyFlags.
// Output: for each path 19 numbers: a code (0: fine, else negative and the rest 0), then StatRecord's fields; doubles,
//   or int64 with kExact.
// Error: only cancellation; a path that fails fails alone.
#pragma once

#include "core/task.h"
#include "core/unique_fd.h"

namespace uvfiles {

enum StatManyFlags : int64_t { kLinksThemselves = 1, kExact = 2 };

// The directory that neighbours in a list of paths share, so that the kernel need not walk to it for each of them.
class Folder {
 public:
  // Cuts `path` down to its last name where its directory is at hand: the descriptor to look it up below, or AT_FDCWD.
  int ShortenTo(const char** path);

 private:
  UniqueFd directory_;
  const char* path_ = nullptr;  // the first path in it
  size_t length_ = 0;           // of the directory's part of that
  bool opened_ = false;         // or tried to
};

class StatMany final : public Task {
 public:
  explicit StatMany(TaskArguments&& arguments);
  Step run(const Slice& slice) override;

 private:
  void StatOne(const char* path, Folder* folder);

  const std::string paths_;
  const int64_t flags_;
  size_t at_ = 0;  // past the end: done
  std::string records_;
};

}  // namespace uvfiles
