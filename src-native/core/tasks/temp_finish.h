// Tasks that end temporary files.
//
// kTempDiscard removes a file by its name and forgets its registration. A file that is gone already is fine.
// Arguments: bytes: the path. numbers: registration (0: none). Error: "unlink".
//
// kTempFinish does all in one operation: it writes what was still buffered, closes the descriptor and removes the name. Each step
// is done even if another one fails; the first failure is reported.
// Arguments: bytes: the path, the data. numbers: the descriptor (owned from then on), registration, where to write (-1:
//   at the descriptor's position, or its end when it appends). Error: "write", "close" or "unlink".
#pragma once

#include <cstdint>
#include <string>

#include "core/task.h"
#include "core/temp_registry.h"
#include "core/unique_fd.h"

namespace uvfiles {

void DiscardTemp(const TaskArguments& arguments, Task* task);

class TempFinish final : public Task {
 public:
  explicit TempFinish(TaskArguments&& arguments);
  // A task that never ran still closes and removes.
  ~TempFinish() override;
  Step Run(const Slice& slice) override;

 private:
  void Fail(int code, const char* syscall);

  const std::string path_;
  const std::string data_;
  UniqueFd fd_;
  const TempRegistry::Id id_;
  const int64_t at_;
};

}  // namespace uvfiles
