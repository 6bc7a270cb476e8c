#include "platform/posix/descent.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "platform/posix/chmod_unfollowed.h"
#include "platform/posix/directory_at.h"

namespace uvfiles {

int Descent::OpenChild(int base, const char* name, bool unlock) {
  for (;;) {
    const int parent = empty() ? base : back().stream.fd();
    const int fd = unlock ? OpenUnlocking(parent, name, S_IRWXU) : OpenDirectoryAt(parent, name);
    if (fd != -EMFILE && fd != -ENFILE) return fd;
    if (!GiveUpOne()) return fd;
  }
}

int Descent::Push(UniqueFd fd, std::string name) {
  DirectoryStream stream(fd.release());
  if (!stream) return -errno;
  levels_.emplace_back();
  back().name = std::move(name);
  back().stream = std::move(stream);
  if (first_open_ == 0 && levels_.size() == 2) first_open_ = 1;
  if (levels_.size() - first_open_ >= kMaxOpen) GiveUpOne();
  return 0;
}

void Descent::Pop() {
  levels_.pop_back();
  if (first_open_ > levels_.size()) first_open_ = levels_.size();
}

Descent::Above Descent::OpenAbove() {
  Level& above = above_back();
  if (above.stream) return Above::kOpen;
  int fd = OpenDirectoryAt(back().stream.fd(), "..");
  if (fd == -EMFILE || fd == -ENFILE) return Above::kBusy;
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

// The lowest level was moved out from under the one above it (or its ".." may not be opened). Goes down again by name
// and drops whatever is not there any more; what took its place is met again when its parent is listed.
void Descent::RestoreFromTop() {
  const size_t wanted = levels_.size() - 1;
  UniqueFd fd;
  size_t reached = 0;
  while (reached + 1 < wanted) {
    const int parent = reached == 0 ? levels_[0].stream.fd() : fd.get();
    const int next = OpenDirectoryAt(parent, levels_[reached + 1].name.c_str());
    if (next < 0) break;
    UniqueFd opened(next);
    if (!SameDirectory(next, levels_[reached + 1])) break;
    fd = std::move(opened);
    ++reached;
  }
  levels_.resize(reached + 1);
  first_open_ = levels_.size();
  if (reached == 0) return;
  back().stream = DirectoryStream(fd.release());
  if (back().stream)
    first_open_ = reached;
  else
    levels_.resize(1), first_open_ = 1;
}

bool Descent::GiveUpOne() {
  // Not the top, which everything else is found from, and not the lowest, which is in use.
  if (levels_.size() < 3 || first_open_ == 0 || first_open_ + 1 >= levels_.size()) return false;
  Level& level = levels_[first_open_];
  struct stat st;
  if (::fstat(level.stream.fd(), &st) != 0) return false;
  level.device = st.st_dev;
  level.inode = st.st_ino;
  level.stream.close();
  ++first_open_;
  return true;
}

bool Descent::SameDirectory(int fd, const Level& level) {
  struct stat st;
  return ::fstat(fd, &st) == 0 && st.st_dev == level.device && st.st_ino == level.inode;
}

std::string Descent::PathOf(const std::string& top, const char* entry) const {
  std::string path = top;
  for (size_t i = 1; i < levels_.size(); ++i) {
    if (path.empty() || path.back() != '/') path += '/';
    path += levels_[i].name;
  }
  if (entry != nullptr) {
    if (path.empty() || path.back() != '/') path += '/';
    path += entry;
  }
  return path;
}

}  // namespace uvfiles
