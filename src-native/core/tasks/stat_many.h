// kStatMany stats a list of paths in one go.
//
// Arguments: bytes: the paths as one list with NUL between them. numbers: StatManyFlags.
// Output: for each path 19 numbers: a code (0: fine, else negative and the rest 0), then StatRecord's fields; doubles,
//   or int64 with kExact.
// Error: only cancellation; a path that fails fails alone.
#pragma once

#include "core/stat_record.h"
#include "core/task.h"

namespace uvfiles {

enum StatManyFlags : int64_t { kLinksThemselves = 1, kExact = 2 };

class StatMany final : public Task {
 public:
  explicit StatMany(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  void Append(int64_t code, const StatRecord& record);

  const std::string paths_;
  const int64_t flags_;
  size_t at_ = 0;  // past the end: done
  std::string records_;
};

}  // namespace uvfiles
