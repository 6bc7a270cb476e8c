// Tasks of core/tasks/directories.h that make or prune a chain of directories.
#pragma once

#include "core/task.h"

namespace uvfiles {

class MakeDirectories final : public Task {
 public:
  explicit MakeDirectories(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

class RemoveDirectories final : public Task {
 public:
  explicit RemoveDirectories(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

class RenameDirectories final : public Task {
 public:
  explicit RenameDirectories(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

}  // namespace uvfiles
