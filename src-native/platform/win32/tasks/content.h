// Copies and moves of files, as core/tasks/copies.h documents them.
#pragma once

#include <memory>
#include <string>

#include "core/task.h"
#include "platform/win32/tasks/transfers.h"

namespace uvfiles {

// windows.h has a macro named CopyFile, hence the name. Windows itself copies the content, attributes, streams and times, and
// shares blocks if the volume can.
class CopyOneFile final : public Task {
 public:
  explicit CopyOneFile(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

// A file across volumes is copied to a temporary name and renamed; a tree is copied in place.
class Move final : public Task {
 public:
  explicit Move(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  int FileAcross(const std::string& from, const std::string& to) const;
  Step GoOn(const Slice& slice);

  TaskArguments arguments_;
  std::unique_ptr<TreeAcross> tree_;  // once the volumes are known to differ
  std::string to_;
};

}  // namespace uvfiles
