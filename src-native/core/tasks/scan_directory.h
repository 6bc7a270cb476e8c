// kScanDirectory of core/tasks/directories.h.
#pragma once

#include "core/task.h"
#include "core/tasks/scan_batch.h"
#include "platform/directory_reader.h"

namespace uvfiles {

class ScanDirectory final : public Task {
 public:
  explicit ScanDirectory(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Fail(int code);
  Step ListNames(const Slice& slice);
  Step ListBatch(const Slice& slice);

  const TaskArguments arguments_;
  const bool names_only_;
  platform::DirectoryReader reader_;
  std::string names_;
  ScanBatch batch_;
};

}  // namespace uvfiles
