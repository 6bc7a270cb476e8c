#include "platform/posix/descent.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "platform/posix/chmod_unfollowed.h"
#include "platform/posix/directory_at.h"

namespace uvfiles {

int Descent::OpenChild(int base, const char* name, bool unlock) {
  for (;;) {
    const int parent = empty() ? base : Back().stream.fd();
    const int fd = unlock ? OpenUnlocking(parent, name, S_IRWXU) : OpenDirectoryAt(parent, name);
    if (!IsDescriptorShortage(fd) || !GiveUpOne()) return fd;
  }
}

int Descent::Push(UniqueFd fd, std::string name) {
  DirectoryStream stream(fd.Release());
  if (!stream) return -errno;
  levels_.emplace_back();
  Back().name = std::move(name);
  Back().stream = std::move(stream);
  if (first_open_ == 0 && levels_.size() == 2) first_open_ = 1;
  if (levels_.size() - first_open_ >= kMaxOpen) GiveUpOne();
  return 0;
}

void Descent::Pop() {
  levels_.pop_back();
  if (first_open_ > levels_.size()) first_open_ = levels_.size();
}

Descent::Above Descent::OpenAbove() {
  Level& above = AboveBack();
  if (above.stream) return Above::kOpen;
  int fd = OpenDirectoryAt(Back().stream.fd(), "..");
  if (IsDescriptorShortage(fd)) return Above::kBusy;
  if (fd >= 0 && !SameDirectory(fd, above)) {
    ::close(fd);
    fd = -ESTALE;
  }
  if (fd >= 0) {
    above.stream = DirectoryStream(fd);
    if (above.stream) {
      first_open_ = levels_.size() - 2;
      return Above::kOpen;
    }
  }
  RestoreFromTop();
  return Above::kLost;
}

// Goes down by name from the top, which is open, to level `wanted`, and opens that level's stream. Each directory on the
// way must be the same one as before. `reached` is the lowest level that was reached. Returns 0, or why it stopped there.
int Descent::Reopen(size_t wanted, size_t* reached) {
  UniqueFd fd;
  int code = 0;
  for (*reached = 0; *reached < wanted; ++*reached) {
    const int parent = *reached == 0 ? levels_[0].stream.fd() : fd.Get();
    const Level& next = levels_[*reached + 1];
    code = OpenDirectoryAt(parent, next.name.c_str());
    if (code < 0) break;
    UniqueFd opened(code);
    code = SameDirectory(opened.Get(), next) ? 0 : -ESTALE;
    if (code < 0) break;
    fd = std::move(opened);
  }
  if (*reached == 0) return code;
  levels_[*reached].stream = DirectoryStream(fd.Release());
  if (levels_[*reached].stream) return code;
  *reached = 0;
  return -errno;
}

// The lowest level was moved to another parent, or its ".." may not be opened. Goes down again by
// name and drops the levels that are not found. What has taken their place is found when their
// parent is listed.
void Descent::RestoreFromTop() {
  size_t reached;
  Reopen(levels_.size() - 2, &reached);
  levels_.resize(reached + 1);
  first_open_ = reached == 0 ? 1 : reached;
}

bool Descent::GiveUp(Level* level) {
  struct stat st;
  if (::fstat(level->stream.fd(), &st) != 0) return false;
  level->device = st.st_dev;
  level->inode = st.st_ino;
  level->stream.Close();
  return true;
}

bool Descent::GiveUpOne() {
  // Not the top, from which all others are found, and not the lowest, which is in use.
  if (levels_.size() < 3 || first_open_ == 0 || first_open_ + 1 >= levels_.size()) return false;
  if (!GiveUp(&levels_[first_open_])) return false;
  ++first_open_;
  return true;
}

void Descent::GiveUpAll() {
  for (Level& level : levels_) {
    if (level.stream) GiveUp(&level);
  }
}

Descent::Restored Descent::Restore(int base) {
  const int fd = OpenDirectoryAt(base, levels_[0].name.c_str());
  if (IsDescriptorShortage(fd)) return Restored::kBusy;
  if (fd == -ENOENT) return Restored::kTopGone;
  if (fd < 0 || !SameDirectory(fd, levels_[0])) {
    if (fd >= 0) ::close(fd);
    return Restored::kTopOther;
  }
  levels_[0].stream = DirectoryStream(fd);
  if (!levels_[0].stream) return Restored::kBusy;
  const size_t lowest = levels_.size() - 1;
  size_t reached;
  const int code = Reopen(lowest, &reached);
  if (reached == lowest) {
    first_open_ = reached == 0 ? 1 : reached;
    return Restored::kAll;
  }
  if (IsDescriptorShortage(code) || code == -ENOMEM) {
    if (levels_[reached].stream) levels_[reached].stream.Close();
    levels_[0].stream.Close();
    return Restored::kBusy;
  }
  levels_.resize(reached + 1);
  first_open_ = reached == 0 ? 1 : reached;
  return Restored::kLost;
}

bool Descent::SameDirectory(int fd, const Level& level) {
  struct stat st;
  return ::fstat(fd, &st) == 0 && st.st_dev == level.device && st.st_ino == level.inode;
}

std::string Descent::PathOf(const std::string& top, size_t level) const {
  std::string path = top;
  for (size_t i = 1; i <= level; ++i) {
    if (path.empty() || path.back() != '/') path += '/';
    path += levels_[i].name;
  }
  return path;
}

std::string Descent::PathOf(const std::string& top, const char* entry) const {
  std::string path = empty() ? top : PathOf(top, levels_.size() - 1);
  if (entry != nullptr) {
    if (path.empty() || path.back() != '/') path += '/';
    path += entry;
  }
  return path;
}

}  // namespace uvfiles
