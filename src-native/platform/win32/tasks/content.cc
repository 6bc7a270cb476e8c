#include "platform/win32/tasks/content.h"

#include <uv.h>
#include <windows.h>

#include "core/tasks/copies.h"
#include "platform/directories.h"
#include "platform/win32/change.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

namespace {

bool IsSameFile(const std::string& a, const std::string& b) {
  StatRecord first, second;
  return win32::StatPath(a, true, &first) == 0 && win32::StatPath(b, true, &second) == 0 &&
         first.dev == second.dev && first.ino == second.ino;
}

// Gives a copy the current time. Windows has given it the times of the original.
void TouchNow(const std::string& path) {
  const win32::UniqueHandle handle = win32::OpenFor(path, FILE_WRITE_ATTRIBUTES, true);
  if (!handle) return;
  FILETIME now;
  ::GetSystemTimeAsFileTime(&now);
  ::SetFileTime(handle.Get(), nullptr, &now, &now);
}

// `target`, or, if that is a directory, the name of `source` in it.
std::string TargetInto(const std::string& source, const std::string& target) {
  if (!platform::IsDirectory(target)) return target;
  const size_t end = platform::LengthWithoutSeparators(source);
  size_t begin = end;
  const size_t root = win32::RootLength(source);
  while (begin > root && !win32::IsSeparator(source[begin - 1])) --begin;
  return platform::Join(target, source.substr(begin, end - begin));
}

}  // namespace

Step CopyOneFile::Run(const Slice&) {
  const std::string& from = arguments_.bytes[0];
  const int64_t flags = arguments_.numbers[0];
  const std::string to = TargetInto(from, arguments_.bytes[1]);
  int code = cancelled() ? UV_ECANCELED : 0;
  if (code == 0 && platform::IsDirectory(from)) code = UV_EISDIR;
  if (code == 0 && IsSameFile(from, to)) code = UV_EINVAL;
  if (code == 0)
    code = win32::Copy(from, to, (flags & kCopyExclusive) != 0 ? COPY_FILE_FAIL_IF_EXISTS : 0);
  if (code == 0 && (flags & kCopyPreserve) == 0) TouchNow(to);
  if (code != 0) {
    error = {code, "copyfile", from, to};
  } else {
    output = to;
  }
  return Step::kDone;
}

int Move::FileAcross(const std::string& from, const std::string& to) const {
  std::string temp;
  int code = win32::NameBeside(to, &temp);
  if (code == 0) code = win32::Copy(from, temp, COPY_FILE_FAIL_IF_EXISTS);
  if (code == 0) code = win32::Rename(temp, to);
  if (code != 0) {
    win32::RemoveFile(temp);
    return code;
  }
  return win32::RemoveFile(from);
}

Step Move::GoOn(const Slice& slice) {
  const Step step = tree_->Run(slice, cancelled());
  if (step != Step::kDone) return step;
  error = tree_->error;
  if (!error) output = to_;
  return Step::kDone;
}

Step Move::Run(const Slice& slice) {
  if (tree_ != nullptr) return GoOn(slice);
  const std::string& from = arguments_.bytes[0];
  const std::string& given = arguments_.bytes[1];
  // If only the case of letters changes, both names mean the same directory, and it is not moved into itself.
  const std::string to = IsSameFile(from, given) ? given : TargetInto(from, given);
  StatRecord there;
  int code = cancelled() ? UV_ECANCELED : 0;
  if (code == 0 && to != given && win32::StatPath(to, false, &there) == 0) code = UV_EEXIST;
  if (code == 0) code = win32::Rename(from, to);
  if (code == UV_EXDEV && platform::IsDirectory(from)) {
    to_ = to;
    tree_ = std::make_unique<TreeAcross>(from, to);
    return GoOn(slice);
  }
  if (code == UV_EXDEV) code = FileAcross(from, to);
  if (code != 0) {
    error = {code, "rename", from, to};
  } else {
    output = to;
  }
  return Step::kDone;
}

}  // namespace uvfiles
