// kWriteAtomic and kOpenAtomic of core/tasks/write_atomic.h.
#pragma once

#include "core/task.h"
#include "platform/posix/atomic_file.h"

namespace uvfiles {

class WriteAtomic final : public Task {
 public:
  explicit WriteAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const std::string data_;
  const int64_t flags_;
  const int64_t permissions_;
  AtomicFile file_;
  size_t written_ = 0;
};

class OpenAtomic final : public Task {
 public:
  explicit OpenAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const int64_t flags_;
  const int64_t permissions_;
  AtomicFile file_;
  bool begun_ = false;
};

}  // namespace uvfiles
