// makedirs, removedirs and renames: Python's three calls that make or prune a chain of directories.
#pragma once

#include "core/task.h"

namespace uvfiles {

// Makes a directory and those above it that are missing. The ones above get 0777 less the umask, whatever `mode` says,
// as in Python.
//
// Arguments: bytes: path. numbers: mode, 1 when an existing directory is fine.
// Error: of the component that failed. Cancelled: what has been made stays.
class MakeDirectories final : public Task {
 public:
  explicit MakeDirectories(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

// Removes an empty directory, then those above it for as long as they are empty.
//
// Arguments: bytes: path. Error: of `path` itself only.
class RemoveDirectories final : public Task {
 public:
  explicit RemoveDirectories(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

// Renames, having made the directories above the new name, and prunes the empty ones above the old.
//
// Arguments: bytes: old, new.
class RenameDirectories final : public Task {
 public:
  explicit RenameDirectories(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

}  // namespace uvfiles
