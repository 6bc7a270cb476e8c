#include "platform/win32/tasks/lists.h"

#include <fcntl.h>
#include <uv.h>

#include <algorithm>
#include <cstring>

#include "core/stat_record.h"
#include "core/tasks/lists.h"
#include "core/tasks/records.h"
#include "platform/file_system.h"
#include "platform/win32/open.h"
#include "platform/win32/stat.h"

namespace uvfiles {

namespace {

constexpr size_t kPathsPerLook = 16;
constexpr uint64_t kMaxFile = 0x7fffffff;  // what one Buffer is sure to hold on every runtime
constexpr size_t kPiece = 1024 * 1024;

}  // namespace

StatMany::StatMany(TaskArguments&& arguments)
    : paths_(std::move(arguments.bytes[0])), flags_(arguments.numbers[0]) {}

Step StatMany::Run(const Slice& slice) {
  for (size_t count = 1; at_ <= paths_.size(); count++) {
    if (cancelled()) {
      error = {UV_ECANCELED, "stat", "", ""};
      return Step::kDone;
    }
    const char* path = paths_.c_str() + at_;
    at_ += std::strlen(path) + 1;
    StatRecord record;
    const int64_t code = win32::StatPath(path, (flags_ & kLinksThemselves) == 0, &record);
    if (code < 0) record = StatRecord();
    if ((flags_ & kExact) != 0) {
      AppendInteger(&records_, code);
      records_.append(reinterpret_cast<const char*>(&record), sizeof record);
    } else {
      const int64_t* const fields = reinterpret_cast<const int64_t*>(&record);
      AppendInteger(&records_, static_cast<double>(code));
      for (int i = 0; i < StatRecord::kFields; i++)
        AppendInteger(&records_, static_cast<double>(fields[i]));
    }
    if (count % kPathsPerLook == 0 && slice.Expired() && at_ <= paths_.size()) return Step::kAgain;
  }
  output = std::move(records_);
  return Step::kDone;
}

ReadMany::ReadMany(TaskArguments&& arguments)
    : paths_(std::move(arguments.bytes[0])),
      batch_size_(static_cast<size_t>(std::max<int64_t>(1, arguments.numbers[0]))) {}

Step ReadMany::Run(const Slice& slice) {
  while (at_ <= paths_.size()) {
    if (cancelled()) {
      error = {UV_ECANCELED, "read", "", ""};
      return Step::kDone;
    }
    if (data_.size() >= batch_size_) return Flush(Step::kReady);
    const char* path = paths_.c_str() + at_;
    at_ += std::strlen(path) + 1;
    ReadOne(path);
    if (slice.Expired() && at_ <= paths_.size()) return Step::kAgain;
  }
  return Flush(Step::kDone);
}

void ReadMany::ReadOne(const std::string& path) {
  const size_t begin = data_.size();
  ReadManyCall call = ReadManyCall::kOpen;
  win32::UniqueHandle handle;
  int code = win32::OpenHandle(path, _O_RDONLY, 0, 0, &handle);
  if (code == 0) {
    call = ReadManyCall::kRead;
    LARGE_INTEGER size = {};
    ::GetFileSizeEx(handle.Get(), &size);
    // One byte more than expected tells the end; a file that grows meanwhile is read on.
    size_t room =
        static_cast<size_t>(std::min<uint64_t>(static_cast<uint64_t>(size.QuadPart), kMaxFile)) + 1;
    for (;;) {
      const size_t end = data_.size();
      data_.resize(end + room);
      DWORD got = 0;
      const bool fine =
          ::ReadFile(handle.Get(), &data_[end], static_cast<DWORD>(room), &got, nullptr);
      data_.resize(end + got);
      if (!fine) code = UV_EISDIR;  // what alone opens for reading and cannot be read
      if (!fine || got == 0) break;
      if (data_.size() - begin > kMaxFile) code = UV_EFBIG;
      if (code != 0) break;
      room = got < room ? room - got : kPiece;
    }
    if (code != 0) data_.resize(begin);
  }
  AppendInteger(&table_, static_cast<uint64_t>(data_.size() - begin));
  AppendInteger(&table_, static_cast<int32_t>(code));
  AppendInteger(&table_, static_cast<uint32_t>(call));
  count_++;
}

Step ReadMany::Flush(Step step) {
  if (count_ == 0) return step;
  output = std::move(data_);
  data_.clear();
  PadTo(&output, 8);
  output += table_;
  AppendInteger(&output, count_);
  table_.clear();
  count_ = 0;
  return step;
}

}  // namespace uvfiles
