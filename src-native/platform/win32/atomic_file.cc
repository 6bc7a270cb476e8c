// AtomicFile on Windows: a new file beside the old one, which a rename then replaces. Directories are not synced, because
// NTFS keeps a journal of its names. The rename of a durable file is written through.
#include "core/atomic_file.h"

#include <fcntl.h>
#include <uv.h>
#include <windows.h>

#include "core/tasks/write_atomic.h"
#include "core/temp_name.h"
#include "core/unique_fd.h"
#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/path_calls.h"
#include "platform/win32/change.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

namespace {

constexpr int64_t kOwnerMayWrite = 0200;

// Where a link leads; any other path as it is.
std::string Resolved(const std::string& path) {
  StatRecord record;
  if (win32::StatPath(path, false, &record) != 0 || (record.mode & kTypeMask) != kTypeLink)
    return path;
  std::string target;
  return platform::RealPath(path, &target) == 0 ? target : path;
}

class Win32AtomicFile final : public AtomicFile {
 public:
  ~Win32AtomicFile() override { Discard(); }

  int Begin(const std::string& path, int64_t flags, int64_t permissions,
            TaskError* error) override {
    path_ = path;
    flags_ = flags;
    permissions_ = permissions;
    target_ = Resolved(path);
    if (platform::IsDirectory(target_)) return Fail(UV_EISDIR, "open", error);
    StatRecord there;
    if ((flags & kAtomicExclusive) != 0 && win32::StatPath(path, false, &there) == 0)
      return Fail(UV_EEXIST, "open", error);
    for (int i = 0; i < kMaxNames; ++i) {
      std::string temp;
      int fd = platform::NameBeside(target_, &temp);
      // Not with MakeFile: the file would stay marked as a temporary one.
      if (fd == 0) fd = platform::OpenByPath(temp.c_str(), _O_CREAT | _O_EXCL | _O_RDWR, 0600);
      if (fd == UV_EEXIST) continue;
      if (fd < 0) return Fail(fd, "open", error);
      temp_ = std::move(temp);
      file_.Reset(fd);
      return 0;
    }
    return Fail(UV_EEXIST, "open", error);
  }

  int fd() const override { return file_.Get(); }
  int OpenToOthers(std::string* path) override {
    *path = temp_;
    return 0;
  }

  int Publish(const Task& task, TaskError* error) override {
    if ((flags_ & kDurable) != 0) {
      const int synced = platform::Sync(file_.Get());
      if (synced < 0) return Fail(synced, "fsync", error);
    }
    if (task.cancelled()) return Fail(UV_ECANCELED, "rename", error);
    const int closed = platform::CloseFile(file_.Release());
    if (closed < 0) return Fail(closed, "close", error);
    const int marked = (permissions_ & kOwnerMayWrite) != 0
                           ? 0
                           : platform::ChangeMode(temp_, permissions_);  // as read-only
    if (marked < 0) return Fail(marked, "chmod", error);
    const unsigned long replace = (flags_ & kAtomicExclusive) != 0 ? 0 : MOVEFILE_REPLACE_EXISTING;
    const unsigned long durable = (flags_ & kDurable) != 0 ? MOVEFILE_WRITE_THROUGH : 0;
    const int code = win32::Rename(temp_, target_, replace | durable);
    if (code != 0) return Fail(code, "rename", error);
    temp_.clear();
    return 0;
  }

  bool committed() const override { return false; }

  void Discard() override {
    file_.Reset();
    if (!temp_.empty()) win32::RemoveFile(temp_);
    temp_.clear();
  }

 private:
  int Fail(int code, const char* syscall, TaskError* error) {
    Discard();
    *error = {code, syscall, path_, ""};
    return code;
  }

  std::string path_;    // as given
  std::string target_;  // what it leads to, where it is a link
  std::string temp_;
  int64_t flags_ = 0;
  int64_t permissions_ = 0;
  UniqueFd file_;
};

}  // namespace

std::unique_ptr<AtomicFile> MakeAtomicFile() { return std::make_unique<Win32AtomicFile>(); }

}  // namespace uvfiles
