#include "core/tasks/stat_many.h"

#include <uv.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "core/has_memory.h"
#include "core/stat_record.h"
#include "core/task.h"
#include "core/tasks/records.h"
#include "platform/path_list.h"

namespace uvfiles {

namespace {

constexpr size_t kPathsPerLook = 16;

class StatMany final : public Task {
 public:
  explicit StatMany(TaskArguments&& arguments)
      : paths_(std::move(arguments.bytes[0])), flags_(arguments.numbers[0]) {}

  Step Run(const Slice& slice) override {
    if (records_.empty()) {
      const auto paths = static_cast<size_t>(std::count(paths_.begin(), paths_.end(), '\0')) + 1;
      const size_t size = paths * (1 + StatRecord::kFields) * sizeof(double);
      if (!HasMemoryFor(size)) {
        error = {UV_ENOMEM, "stat", "", ""};
        return Step::kDone;
      }
      records_.reserve(size);
    }
    const auto list = platform::MakePathList(paths_);
    for (size_t count = 1; at_ <= paths_.size(); count++) {
      if (cancelled()) {
        error = {UV_ECANCELED, "stat", "", ""};
        return Step::kDone;
      }
      StatRecord record;
      const int64_t code = list->Stat(at_, (flags_ & kLinksThemselves) == 0, &record);
      Append(code, code < 0 ? StatRecord() : record);
      at_ += std::strlen(paths_.c_str() + at_) + 1;
      if (count % kPathsPerLook == 0 && slice.Expired() && at_ <= paths_.size())
        return Step::kAgain;
    }
    output = std::move(records_);
    return Step::kDone;
  }

 private:
  void Append(int64_t code, const StatRecord& record) {
    if ((flags_ & kExact) != 0) {
      AppendInteger(&records_, code);
      records_.append(reinterpret_cast<const char*>(&record), sizeof record);
      return;
    }
    double numbers[1 + StatRecord::kFields];
    numbers[0] = static_cast<double>(code);
    PutStatus(record, false, numbers + 1);
    records_.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  }

  const std::string paths_;
  const int64_t flags_;
  size_t at_ = 0;  // past the end: done
  std::string records_;
};

}  // namespace

std::unique_ptr<Task> MakeStatMany(TaskArguments&& arguments) {
  return std::make_unique<StatMany>(std::move(arguments));
}

}  // namespace uvfiles
