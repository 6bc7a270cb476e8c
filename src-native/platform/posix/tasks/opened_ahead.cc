#include "platform/posix/tasks/opened_ahead.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/cached.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// Of a larger file, the kernel's own read-ahead fetches the rest.
constexpr uint64_t kMostAdvised = 128 * 1024;

// Descriptors that are left to the rest of the process.
constexpr rlim_t kSpare = 64;

// The kernel gives the lowest number that is free.
bool IsAmongLast(int fd) {
  struct rlimit limit;
  return ::getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
         static_cast<rlim_t>(fd) + kSpare > limit.rlim_cur;
}

}  // namespace

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
  // To open anything but a regular file may wait, or be an act that others see.
  const bool regular = code >= 0 && S_ISREG(found.st_mode);
  const auto size = regular ? static_cast<uint64_t>(found.st_size) : 0;
  if (size > *room) return false;
  if (size > 0) {
    UniqueFd fd(Retrying([&] { return ::openat(directory, name, O_RDONLY | O_CLOEXEC); }));
    if (!fd || IsAmongLast(fd.Get())) return false;
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
