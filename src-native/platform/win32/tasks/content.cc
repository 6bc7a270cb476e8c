#include "platform/win32/tasks/content.h"

#include <uv.h>
#include <windows.h>

#include <algorithm>

#include "core/make_temp.h"
#include "core/tasks/copies.h"
#include "core/tasks/records.h"
#include "core/tasks/write_atomic.h"
#include "core/temp_name.h"
#include "platform/file_system.h"
#include "platform/win32/chain.h"
#include "platform/win32/change.h"
#include "platform/win32/errors.h"
#include "platform/win32/handles.h"
#include "platform/win32/open.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

namespace {

constexpr size_t kPiece = 1024 * 1024;

bool IsSameFile(const std::string& a, const std::string& b) {
  StatRecord first, second;
  return win32::StatPath(a, true, &first) == 0 && win32::StatPath(b, true, &second) == 0 &&
         first.dev == second.dev && first.ino == second.ino;
}

int CopyContent(const std::string& from, const std::string& to, bool exclusive) {
  std::wstring wide_from, wide_to;
  int failure = win32::ToWide(from, &wide_from);
  if (failure == 0) failure = win32::ToWide(to, &wide_to);
  if (failure != 0) return failure;
  return ::CopyFileW(wide_from.c_str(), wide_to.c_str(), exclusive) ? 0 : win32::LastError();
}

// A copy is as new as a file that was written now, unless its times are to be kept.
void TouchNow(const std::string& path) {
  std::wstring wide;
  if (win32::ToWide(path, &wide) != 0) return;
  const win32::UniqueHandle handle(::CreateFileW(wide.c_str(), FILE_WRITE_ATTRIBUTES,
                                                 win32::kShareAll, nullptr, OPEN_EXISTING,
                                                 FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  if (!handle) return;
  FILETIME now;
  ::GetSystemTimeAsFileTime(&now);
  ::SetFileTime(handle.Get(), nullptr, &now, &now);
}

// ".new.RANDOM.uvfiles" beside the path: the same volume, and known for what it is should the machine fail.
int NameBeside(const std::string& path, std::string* temp) {
  const size_t begin = path.find_last_of("\\/:") + 1;  // npos + 1 is 0
  const std::string directory = path.substr(0, begin);
  *temp = directory + ".new.";
  const int failure = AppendRandomName(temp);
  *temp += ".uvfiles";
  return failure;
}

// What a path leads to; itself where it is no link.
std::string Resolved(const std::string& path) {
  StatRecord record;
  if (win32::StatPath(path, false, &record) != 0 ||
      (record.mode & win32::kTypeMask) != win32::kTypeLink)
    return path;
  std::wstring wide;
  if (win32::ToWide(path, &wide) != 0) return path;
  const win32::UniqueHandle handle(::CreateFileW(wide.c_str(), 0, win32::kShareAll, nullptr,
                                                 OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS,
                                                 nullptr));
  wchar_t text[32768];
  const DWORD length =
      handle ? ::GetFinalPathNameByHandleW(handle.Get(), text, 32768, VOLUME_NAME_DOS) : 0;
  return length > 0 && length < 32768 ? win32::ToUtf8(text, length) : path;
}

}  // namespace

Step CopyOneFile::Run(const Slice&) {
  const std::string& from = arguments_.bytes[0];
  const int64_t flags = arguments_.numbers[0];
  const std::string to = win32::TargetInto(from, arguments_.bytes[1]);
  int code = cancelled() ? UV_ECANCELED : 0;
  if (code == 0 && win32::IsDirectory(from)) code = UV_EISDIR;
  if (code == 0 && IsSameFile(from, to)) code = UV_EINVAL;
  if (code == 0) code = CopyContent(from, to, (flags & kCopyExclusive) != 0);
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
  int code = NameBeside(to, &temp);
  if (code == 0) code = CopyContent(from, temp, true);
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
  // Only the letters' case changes: the directory that is there is the one that moves.
  const std::string to = IsSameFile(from, given) ? given : win32::TargetInto(from, given);
  StatRecord there;
  int code = cancelled() ? UV_ECANCELED : 0;
  if (code == 0 && to != given && win32::StatPath(to, false, &there) == 0) code = UV_EEXIST;
  if (code == 0) code = win32::Rename(from, to);
  if (code == UV_EXDEV && win32::IsDirectory(from)) {
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

int NewVersion::Fail(int code, const char* syscall, TaskError* error) {
  Discard();
  *error = {code, syscall, path_, ""};
  return code;
}

int NewVersion::Begin(const std::string& path, int64_t flags, TaskError* error) {
  path_ = path;
  flags_ = flags;
  target_ = Resolved(path);
  if (win32::IsDirectory(target_)) return Fail(UV_EISDIR, "open", error);
  StatRecord there;
  if ((flags & kAtomicExclusive) != 0 && win32::StatPath(path, false, &there) == 0)
    return Fail(UV_EEXIST, "open", error);
  for (int i = 0; i < kMaxNames; ++i) {
    std::string temp;
    int fd = NameBeside(target_, &temp);
    if (fd == 0) fd = MakeFile(temp, false);
    if (fd == UV_EEXIST) continue;
    if (fd < 0) return Fail(fd, "open", error);
    temp_ = std::move(temp);
    file_.Reset(fd);
    return 0;
  }
  return Fail(UV_EEXIST, "open", error);
}

void NewVersion::Publish(TaskError* error) {
  if ((flags_ & kDurable) != 0) {
    const int synced = platform::Sync(file_.Get());
    if (synced < 0) {
      Fail(synced, "fsync", error);
      return;
    }
  }
  const int closed = platform::CloseFile(file_.Release());
  if (closed < 0) {
    Fail(closed, "close", error);
    return;
  }
  int code;
  if ((flags_ & kAtomicExclusive) != 0) {
    std::wstring from, to;
    code = win32::ToWide(temp_, &from);
    if (code == 0) code = win32::ToWide(target_, &to);
    if (code == 0 && !::MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_WRITE_THROUGH))
      code = win32::LastError();
  } else {
    code = win32::Rename(temp_, target_);
  }
  if (code == 0) {
    temp_.clear();
  } else {
    Fail(code, "rename", error);
  }
}

void NewVersion::Discard() {
  file_.Reset();
  if (!temp_.empty()) win32::RemoveFile(temp_);
  temp_.clear();
}

WriteAtomic::WriteAtomic(TaskArguments&& arguments)
    : path_(std::move(arguments.bytes[0])),
      data_(std::move(arguments.bytes[1])),
      flags_(arguments.numbers[0]) {}

Step WriteAtomic::Run(const Slice& slice) {
  if (!file_.begun() && !cancelled() && file_.Begin(path_, flags_, &error) != 0) return Step::kDone;
  int64_t code = cancelled() ? UV_ECANCELED : 0;
  while (code >= 0 && written_ < data_.size()) {
    code = platform::Write(file_.fd(), data_.data() + written_,
                           std::min(kPiece, data_.size() - written_));
    if (code == 0) code = UV_ENOSPC;
    if (code > 0) written_ += static_cast<size_t>(code);
    if (code > 0 && cancelled()) code = UV_ECANCELED;
    if (code > 0 && written_ < data_.size() && slice.Expired()) return Step::kAgain;
  }
  if (code < 0) {
    file_.Discard();
    error = {static_cast<int>(code), "write", path_, ""};
  } else {
    file_.Publish(&error);
  }
  return Step::kDone;
}

OpenAtomic::OpenAtomic(TaskArguments&& arguments)
    : path_(std::move(arguments.bytes[0])), flags_(arguments.numbers[0]) {}

Step OpenAtomic::Run(const Slice&) {
  if (cancelled()) {
    file_.Discard();
    error = {UV_ECANCELED, "open", path_, ""};
    return Step::kDone;
  }
  if (file_.begun()) {
    file_.Publish(&error);
    return Step::kDone;
  }
  if (file_.Begin(path_, flags_, &error) != 0) return Step::kDone;
  output = file_.path();
  return Step::kReady;
}

}  // namespace uvfiles
