// The task of core/tasks/beneath.h.
#pragma once

#include <string>

#include "core/task.h"
#include "core/tasks/beneath.h"
#include "platform/posix/open_beneath.h"

namespace uvfiles {

class BeneathTask final : public Task {
 public:
  explicit BeneathTask(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  ~BeneathTask() override;
  Step Run(const Slice& slice) override;

 private:
  int64_t Number(size_t index) const { return arguments_.numbers[index + 3]; }
  const std::string& Path() const { return arguments_.bytes[1]; }
  const std::string& Dest() const { return arguments_.bytes[2]; }

  int Perform(const Beneath& root);
  int Open(const Beneath& root);
  int Describe(int fd, int flags);
  int CallTwo(const Beneath& root);
  int CallOne(const Beneath& root);
  int Act(const PlaceBeneath& place);
  int Truncate(const PlaceBeneath& place);
  int Statvfs(const PlaceBeneath& place);
  bool Follows() const;

  BeneathCall call() const { return static_cast<BeneathCall>(arguments_.numbers[0]); }

  TaskArguments arguments_;
};

}  // namespace uvfiles
