// Many paths in one task: stat them, or read the files whole. core/tasks/lists.h documents them.
#pragma once

#include "core/task.h"

namespace uvfiles {

class StatMany final : public Task {
 public:
  explicit StatMany(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string paths_;
  const int64_t flags_;
  size_t at_ = 0;
  std::string records_;
};

class ReadMany final : public Task {
 public:
  explicit ReadMany(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  void ReadOne(const std::string& path);
  Step Flush(Step step);

  const std::string paths_;
  const size_t batch_size_;
  size_t at_ = 0;
  std::string data_;
  std::string table_;
  uint64_t count_ = 0;
};

}  // namespace uvfiles
