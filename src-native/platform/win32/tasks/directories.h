// The listing of one directory, as core/tasks/directories.h documents it.
#pragma once

#include "core/task.h"
#include "core/tasks/scan_batch.h"
#include "platform/win32/directory.h"

namespace uvfiles {

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
  ScanBatch batch_;
};

}  // namespace uvfiles
