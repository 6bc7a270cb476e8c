// kCopyFile of core/tasks/copies.h.
#pragma once

#include "core/task.h"
#include "core/tasks/copies.h"
#include "platform/posix/copy_entry.h"

namespace uvfiles {

CopyOptions CopyOptionsOf(int64_t flags);

// `dst`, or the name of `src` below `dst` if that is a directory.
std::string TargetInto(const std::string& src, const std::string& dst);

class CopyFile final : public Task {
 public:
  explicit CopyFile(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Conclude(int code);

  const std::string from_;
  const std::string given_to_;
  const CopyOptions options_;
  std::string to_;  // empty until begun
  CopyEntry entry_;
};

}  // namespace uvfiles
