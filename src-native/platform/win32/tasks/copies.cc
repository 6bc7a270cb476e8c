// The tasks of core/tasks/copies.h on Windows.
#include "core/tasks/copies.h"

#include <uv.h>
#include <windows.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/task.h"
#include "platform/directories.h"
#include "platform/win32/change.h"
#include "platform/win32/directory.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

namespace {

void CopyTimes(const std::string& from, const std::string& to) {
  const win32::UniqueHandle source = win32::OpenFor(from, FILE_READ_ATTRIBUTES, true);
  const win32::UniqueHandle target = win32::OpenFor(to, FILE_WRITE_ATTRIBUTES, true);
  FILETIME created, accessed, modified;
  if (source && target && ::GetFileTime(source.Get(), &created, &accessed, &modified))
    ::SetFileTime(target.Get(), &created, &accessed, &modified);
}

// Links are copied as links unless they are followed. The copy fails if the user lacks the privilege to create links.
class CopyTree final : public Task {
 public:
  CopyTree(TaskArguments&& arguments, bool* made)
      : from_(std::move(arguments.bytes[0])),
        to_(std::move(arguments.bytes[1])),
        flags_(arguments.numbers[0]),
        has_made_(made) {}

  Step Run(const Slice& slice) override {
    std::string failed;
    int code = 0;
    if (!begun_) {
      begun_ = true;
      code = Begin();
    }
    while (code == 0 && !pending_.empty()) {
      if (cancelled()) {
        code = UV_ECANCELED;
        break;
      }
      const std::string next = std::move(pending_.back());
      pending_.pop_back();
      code = CopyEntry(next, &failed);
      if (code == 0 && slice.Expired() && !pending_.empty()) return Step::kAgain;
    }
    if (code != 0) {
      error = {code, "cp", platform::Join(from_, failed), platform::Join(to_, failed)};
    } else if ((flags_ & kCopyPreserve) != 0) {
      for (auto each = made_.rbegin(); each != made_.rend(); ++each)
        CopyTimes(platform::Join(source_, *each), platform::Join(target_, *each));
    }
    return Step::kDone;
  }

 private:
  // Compares the source with each directory above the target, so that no tree is copied into itself.
  int Begin() {
    source_ = win32::Verbatim(from_);
    target_ = win32::Verbatim(to_);
    StatRecord source;
    const int code = win32::StatPath(from_, true, &source);
    if (code != 0) return code;
    if ((source.mode & kTypeMask) != kTypeDirectory) return UV_ENOTDIR;
    std::string above = to_;
    for (size_t length = platform::LengthWithoutSeparators(to_); length > 0;
         length = platform::ParentLength(above, length)) {
      StatRecord record;
      const int found = win32::StatPath(above.substr(0, length), true, &record);
      if (found == 0 && record.dev == source.dev && record.ino == source.ino) return UV_EINVAL;
    }
    const bool exist_ok = (flags_ & kCopyExistOk) != 0;
    if (!exist_ok && platform::IsDirectory(to_)) return UV_EEXIST;
    TaskError failure;
    if (!platform::MakeChain(to_, 0777, exist_ok, *this, &failure))
      return exist_ok && failure.code == UV_EEXIST ? UV_ENOTDIR : failure.code;
    return OpenDirectory("");
  }

  int CopyEntry(const std::string& relative, std::string* failed) {
    const std::string from = platform::Join(source_, relative);
    const std::string to = platform::Join(target_, relative);
    *failed = relative;
    const bool follow = (flags_ & kCopyFollow) != 0;
    StatRecord record;
    const int code = win32::StatPath(from, follow, &record);
    if (code != 0) return code;
    const int64_t type = record.mode & kTypeMask;
    if (type != kTypeDirectory) {
      const int copied =
          win32::Copy(from, to, type == kTypeLink ? COPY_FILE_COPY_SYMLINK : 0, *this);
      const bool moves = (flags_ & kCopyOwner) != 0;  // the original is removed afterwards
      return copied == 0 && moves && type != kTypeLink ? win32::Flush(to) : copied;
    }
    // Followed links that lead back to a directory above would go on until the path is too long.
    if (std::count(relative.begin(), relative.end(), '\\') > 512) return UV_ELOOP;
    const int made = win32::MakeDirectoryAt(to);
    if (made != 0 && !(made == UV_EEXIST && (flags_ & kCopyExistOk) != 0)) return made;
    const bool there = made == 0 || win32::StatPath(to, false, &record) == 0;
    if (!there || (record.mode & kTypeMask) != kTypeDirectory) return UV_ENOTDIR;
    return OpenDirectory(relative);
  }

  // Notes the entries of a directory whose copy has been made.
  int OpenDirectory(const std::string& relative) {
    win32::Directory directory;
    int code = directory.Open(platform::Join(source_, relative), true);
    win32::Entry entry;
    while (code == 0 && (code = directory.Next(&entry)) > 0) {
      pending_.push_back(platform::Join(relative, entry.name));
      code = 0;
    }
    if (code == 0) made_.push_back(relative);
    if (code == 0 && has_made_ != nullptr) *has_made_ = true;
    return code;
  }

  const std::string from_;
  const std::string to_;
  const int64_t flags_;
  bool* const has_made_;
  std::string source_, target_;  // the same, for names that are taken literally
  bool begun_ = false;
  std::vector<std::string> pending_;  // below both, the next one last
  std::vector<std::string> made_;     // directories, which get their times at the end
};

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

// windows.h has a macro named CopyFile, hence the name. Windows itself copies the content, attributes, streams and times, and
// shares blocks if the volume can.
class CopyOneFile final : public Task {
 public:
  explicit CopyOneFile(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}

  Step Run(const Slice&) override {
    const std::string& from = arguments_.bytes[0];
    const int64_t flags = arguments_.numbers[0];
    const std::string to = platform::TargetInto(from, arguments_.bytes[1]);
    const bool follow = (flags & kCopyFollow) != 0;
    const DWORD how = (follow ? 0 : COPY_FILE_COPY_SYMLINK) |
                      ((flags & kCopyExclusive) != 0 ? COPY_FILE_FAIL_IF_EXISTS : 0);
    StatRecord record;
    int code = cancelled() ? UV_ECANCELED : win32::StatPath(from, follow, &record);
    if (code == 0 && (record.mode & kTypeMask) == kTypeDirectory) code = UV_EISDIR;
    if (code == 0 && IsSameFile(from, to)) code = UV_EINVAL;
    if (code == 0) code = win32::Copy(from, to, how, *this);
    const bool is_link = (record.mode & kTypeMask) == kTypeLink;
    if (code == 0 && !is_link && (flags & kCopyPreserve) == 0) TouchNow(to);
    if (code == 0 && !is_link && (flags & kCopyDurable) != 0) {
      code = win32::Flush(to);
      if (code != 0) win32::RemoveFile(to);
    }
    if (code != 0) {
      error = {code, "copyfile", from, to};
    } else {
      output = to;
    }
    return Step::kDone;
  }

 private:
  TaskArguments arguments_;
};

}  // namespace

std::unique_ptr<Task> MakeCopyFile(TaskArguments&& arguments) {
  return std::make_unique<CopyOneFile>(std::move(arguments));
}

std::unique_ptr<Task> MakeCopyTree(TaskArguments&& arguments, bool* made) {
  return std::make_unique<CopyTree>(std::move(arguments), made);
}

// JavaScript does not ask for these here.
std::unique_ptr<Task> MakeCopyFolder(TaskArguments&&) { return nullptr; }
std::unique_ptr<Task> MakeCopyFiles(TaskArguments&&) { return nullptr; }

}  // namespace uvfiles
