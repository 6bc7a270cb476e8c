// kCopyFolder and kCopyFiles of core/tasks/copies.h.
#pragma once

#include <string>
#include <vector>

#include "core/task.h"
#include "core/tasks/copies.h"
#include "core/unique_fd.h"
#include "platform/directory_reader.h"
#include "platform/posix/copy_entry.h"

namespace uvfiles {

class CopyFolder final : public Task {
 public:
  explicit CopyFolder(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Fail(int code, const char* syscall, const std::string& path);
  int Begin();
  Step Conclude();

  const std::string from_;
  const std::string to_;
  platform::DirectoryReader reader_;
  uint32_t mode_ = 0;           // of the original
  std::vector<uint32_t> ends_;  // of the blocks in `files_`
  size_t in_block_ = 0;         // names after the last end
  std::string files_;
  std::string others_;
};

class CopyFiles final : public Task {
 public:
  explicit CopyFiles(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  Step Fail(int code);
  int OpenBoth();

  const std::string from_;
  const std::string to_;
  const std::string names_;
  size_t at_ = 0;  // where the current or next name begins
  UniqueFd from_here_;
  UniqueFd to_here_;
  bool running_ = false;
  CopyEntry entry_;
};

}  // namespace uvfiles
