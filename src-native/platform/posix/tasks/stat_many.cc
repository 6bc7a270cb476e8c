#include "platform/posix/tasks/stat_many.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/has_memory.h"
#include "core/stat_record.h"
#include "core/tasks/records.h"
#include "platform/posix/stat_at.h"

namespace uvfiles {

namespace {

constexpr size_t kPathsPerLook = 16;

}  // namespace

StatMany::StatMany(TaskArguments&& arguments)
    : paths_(std::move(arguments.bytes[0])), flags_(arguments.numbers[0]) {}

Step StatMany::Run(const Slice& slice) {
  if (records_.empty()) {
    const auto paths = static_cast<size_t>(std::count(paths_.begin(), paths_.end(), '\0')) + 1;
    const size_t size = paths * (1 + StatRecord::kFields) * sizeof(double);
    if (!HasMemoryFor(size)) {
      error.code = -ENOMEM;
      error.syscall = "stat";
      return Step::kDone;
    }
    records_.reserve(size);
  }
  // Not kept from slice to slice: it is a descriptor.
  Folder folder;
  for (size_t count = 1; at_ <= paths_.size(); count++) {
    if (cancelled()) {
      error.code = -ECANCELED;
      error.syscall = "stat";
      return Step::kDone;
    }
    // The list's own NULs end the paths.
    const char* path = paths_.c_str() + at_;
    StatOne(path, &folder);
    at_ += std::strlen(path) + 1;
    if (count % kPathsPerLook == 0 && slice.Expired() && at_ <= paths_.size()) return Step::kAgain;
  }
  output = std::move(records_);
  return Step::kDone;
}

void StatMany::StatOne(const char* path, Folder* folder) {
  StatRecord record;
  const int flags = (flags_ & kLinksThemselves) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  const int directory = folder->ShortenTo(&path);
  const int64_t code = platform::StatAt(directory, path, flags, &record);
  if (code < 0) record = StatRecord();
  if ((flags_ & kExact) != 0) {
    AppendInteger(&records_, code);
    records_.append(reinterpret_cast<const char*>(&record), sizeof record);
    return;
  }
  double numbers[1 + StatRecord::kFields];
  numbers[0] = static_cast<double>(code);
  const int64_t* fields = reinterpret_cast<const int64_t*>(&record);
  for (int i = 0; i < StatRecord::kFields; i++) numbers[i + 1] = static_cast<double>(fields[i]);
  records_.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
}

}  // namespace uvfiles
