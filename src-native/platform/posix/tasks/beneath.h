// The task of core/tasks/beneath.h.
#pragma once

#include <string>

#include "core/task.h"
#include "core/tasks/beneath.h"
#include "platform/posix/open_beneath.h"

namespace uvfiles {

class BeneathTask final : public Task {
 public:
  // `stepwise`: as where there is no openat2, for tests.
  explicit BeneathTask(TaskArguments&& arguments, bool stepwise = LacksOpenat2())
      : arguments_(std::move(arguments)), stepwise_(stepwise) {}
  ~BeneathTask() override;
  Step Run(const Slice& slice) override;

 private:
  int64_t Number(size_t index) const { return arguments_.numbers[index + 1]; }
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

  PathCallName call() const { return static_cast<PathCallName>(arguments_.numbers[0]); }

  const TaskArguments arguments_;
  const bool stepwise_;
};

}  // namespace uvfiles
