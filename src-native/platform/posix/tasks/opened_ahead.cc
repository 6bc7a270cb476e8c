#include "platform/posix/tasks/opened_ahead.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "platform/cached.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/open_ahead.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// 0 for anything but a regular file.
uint64_t RegularSize(const struct stat& found) {
  return S_ISREG(found.st_mode) ? static_cast<uint64_t>(found.st_size) : 0;
}

}  // namespace

int Folder::ShortenTo(const char** path) {
  const char* const slash = std::strrchr(*path, '/');
  // For entries of the root, this would save nothing, and "a/" means "a" itself.
  if (slash == nullptr || slash == *path || slash[1] == '\0') return AT_FDCWD;
  const auto length = static_cast<size_t>(slash - *path);
  if (length != length_ || std::memcmp(path_, *path, length) != 0) {
    // The directory is opened for the second name in it, because each name of a list may be in a different directory.
    directory_.Reset();
    path_ = *path;
    length_ = length;
    opened_ = false;
    return AT_FDCWD;
  }
#ifdef O_PATH
  if (!opened_) {
    opened_ = true;
    const std::string folder(*path, length);
    directory_.Reset(::open(folder.c_str(), kOpenAsBase));
  }
#endif
  // It could not be opened. The call with the whole path succeeds, or reports why it fails.
  if (!directory_) return AT_FDCWD;
  *path = slash + 1;
  return directory_.Get();
}

UniqueFd OpenedAhead::Take(size_t path_at) {
  while (count_ > 0 && files_[first_].path_at <= path_at) {
    File& file = files_[first_];
    first_ = (first_ + 1) % kMost;
    count_--;
    UniqueFd fd = std::move(file.fd);
    if (file.path_at == path_at) return fd;
  }
  return UniqueFd();
}

void OpenedAhead::Clear() {
  ForgetFolder();
  for (; count_ > 0; count_--) {
    files_[first_].fd.Reset();
    first_ = (first_ + 1) % kMost;
  }
  next_ = 0;
}

void OpenedAhead::Refill(size_t path_at, uint64_t room) {
  if (count_ > kMost / 2) return;
  next_ = std::max(next_, path_at);
  while (count_ < kMost && next_ <= paths_.size()) {
    if (!Open(&room)) return;
  }
}

bool OpenedAhead::Open(uint64_t* room) {
  const size_t path_at = next_;
  const char* const path = paths_.c_str() + path_at;
  const char* name = path;
  const int directory = folder_.ShortenTo(&name);
  struct stat found;
  const int code = Retrying([&] { return ::fstatat(directory, name, &found, 0); });
  // Opening anything but a regular file may wait, or have an effect on other programs.
  uint64_t size = code >= 0 ? RegularSize(found) : 0;
  if (size > *room) return false;
  UniqueFd fd;
  if (size > 0) {
    // O_NONBLOCK, because it may have been replaced by a FIFO, whose open would wait for a writer. The flag has no
    // effect on reads of regular files.
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    fd.Reset(Retrying([&] { return ::openat(directory, name, kFlags); }));
    if (!fd || IsAmongLastDescriptors(fd.Get())) return false;
    if (::fstat(fd.Get(), &found) != 0) return false;
    size = RegularSize(found);
    if (size > *room) return false;
  }
  if (size > 0) {
    platform::WillNeed(fd.Get(), 0, static_cast<size_t>(std::min(size, kMostAdvised)));
    *room -= size;
    File& file = files_[(first_ + count_) % kMost];
    file.path_at = path_at;
    file.fd = std::move(fd);
    count_++;
  }
  next_ += std::strlen(path) + 1;
  return true;
}

}  // namespace uvfiles
