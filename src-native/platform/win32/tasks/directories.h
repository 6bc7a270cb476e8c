// makedirs, removedirs, renames and the listing of one directory, as core/tasks/directories.h documents them.
#pragma once

#include "core/task.h"
#include "platform/win32/directory.h"

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

class ScanDirectory final : public Task {
 public:
  explicit ScanDirectory(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Fail(int code);
  Step Batch(bool ended);

  const std::string path_;
  const bool names_only_;
  win32::Directory directory_;
  std::string names_;
  std::string types_;
  std::string inodes_;
};

}  // namespace uvfiles
