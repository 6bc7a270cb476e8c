#include "platform/posix/tasks/copy_file.h"

#include <fcntl.h>

#include <cerrno>

#include "platform/directories.h"
#include "platform/posix/directory_at.h"

namespace uvfiles {

CopyOptions CopyOptionsOf(int64_t flags) {
  CopyOptions options;
  options.exclusive = (flags & kCopyExclusive) != 0;
  options.preserve = (flags & kCopyPreserve) != 0;
  options.follow = (flags & kCopyFollow) != 0;
  options.owner = (flags & kCopyOwner) != 0;
  return options;
}

std::string TargetInto(const std::string& src, const std::string& dst) {
  if (!platform::IsDirectory(dst)) return dst;
  return platform::Join(dst, SplitLastName(src).name);
}

CopyFile::CopyFile(TaskArguments&& arguments)
    : from_(std::move(arguments.bytes[0])),
      given_to_(std::move(arguments.bytes[1])),
      options_(CopyOptionsOf(arguments.numbers[0])) {}

Step CopyFile::Conclude(int code) {
  if (code < 0) {
    error = {code, "copyfile", from_, to_};
  } else {
    output = to_;
  }
  return Step::kDone;
}

Step CopyFile::Run(const Slice& slice) {
  if (to_.empty()) {
    if (cancelled()) return Conclude(-ECANCELED);
    to_ = TargetInto(from_, given_to_);
    const int code = entry_.Begin(AT_FDCWD, from_.c_str(), AT_FDCWD, to_.c_str(), options_);
    if (IsDescriptorShortage(code)) {
      to_.clear();
      return Step::kReady;
    }
    if (code != 0) return Conclude(code);
  }
  if (entry_.Run(slice, *this) == Step::kAgain) return Step::kAgain;
  return Conclude(entry_.code());
}

}  // namespace uvfiles
