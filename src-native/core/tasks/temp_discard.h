// Removes a temporary file by its name and forgets its registration. A file that is gone already is fine.
//
// Arguments: bytes: the path. numbers: registration (0: none). Output: none. Error: "unlink". Cancelling it comes too
//   late: it has one step.
#pragma once

#include <string>

#include "core/task.h"
#include "core/temp_registry.h"

namespace uvfiles {

class TempDiscard final : public Task {
 public:
  explicit TempDiscard(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const TempRegistry::Id id_;
};

}  // namespace uvfiles
