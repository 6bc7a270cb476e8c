// The task of core/tasks/file_lock.h.
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
  int AskWhole();

  FileLockCall call() const { return static_cast<FileLockCall>(arguments_.numbers[0]); }
  bool Shared() const { return arguments_.numbers[1] != 0; }

  const TaskArguments arguments_;
};

}  // namespace uvfiles
