// Lookups start at the directory that neighbouring paths share.
#include "platform/path_list.h"

#include <fcntl.h>

#include <cerrno>

#include "platform/posix/retry.h"
#include "platform/posix/stat_at.h"
#include "platform/posix/tasks/opened_ahead.h"

namespace uvfiles {
namespace platform {

namespace {

// With O_NONBLOCK, because otherwise opening a FIFO waits for a writer. The flag has no effect on reads of regular files.
int OpenToRead(int directory, const char* name) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC;
  const int fd = Retrying([&] { return ::openat(directory, name, kFlags | O_NONBLOCK); });
  // Another process holds a lease on the file (fcntl(2), F_SETLEASE): this waits until the lease is broken.
  return fd == -EWOULDBLOCK ? Retrying([&] { return ::openat(directory, name, kFlags); }) : fd;
}

class PosixPathList final : public PathList {
 public:
  explicit PosixPathList(const std::string& paths) : paths_(paths), ahead_(paths) {}

  int Stat(size_t at, bool follow, StatRecord* record) override {
    const char* name = paths_.c_str() + at;
    const int directory = folder_.ShortenTo(&name);
    return StatAt(directory, name, follow ? 0 : AT_SYMLINK_NOFOLLOW, record);
  }

  int Open(size_t at) override {
    UniqueFd opened = ahead_.Take(at);
    if (opened) return opened.Release();
    const char* name = paths_.c_str() + at;
    const int directory = folder_.ShortenTo(&name);
    return OpenToRead(directory, name);
  }

  void OpenAhead(size_t at, uint64_t size) override { ahead_.Refill(at, size); }

  void LookUpAnew() override {
    folder_ = Folder();
    ahead_.ForgetFolder();
  }

  void CloseAll() override {
    folder_ = Folder();
    ahead_.Clear();
  }

 private:
  const std::string& paths_;
  Folder folder_;
  OpenedAhead ahead_;
};

}  // namespace

std::unique_ptr<PathList> MakePathList(const std::string& paths) {
  return std::make_unique<PosixPathList>(paths);
}

}  // namespace platform
}  // namespace uvfiles
