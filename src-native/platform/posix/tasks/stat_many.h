// kStatMany of core/tasks/lists.h.
#pragma once

#include "core/task.h"
#include "core/tasks/lists.h"
#include "platform/posix/tasks/folder.h"

namespace uvfiles {

class StatMany final : public Task {
 public:
  explicit StatMany(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  void StatOne(const char* path, Folder* folder);

  const std::string paths_;
  const int64_t flags_;
  size_t at_ = 0;  // past the end: done
  std::string records_;
};

}  // namespace uvfiles
