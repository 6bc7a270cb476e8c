// The task of core/tasks/file_lock.h. Not tried on Windows yet.
#pragma once

#include "core/task.h"
#include "core/tasks/file_lock.h"

namespace uvfiles {

class FileLockTask final : public Task {
 public:
  explicit FileLockTask(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  // 1: granted, 0: somebody else's is in the way, or a negative code.
  int Ask();

  const TaskArguments arguments_;
};

}  // namespace uvfiles
