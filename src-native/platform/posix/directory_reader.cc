#include "platform/directory_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"
#include "platform/posix/stat_at.h"

namespace uvfiles {
namespace platform {

namespace {

int OpenBase(const std::string& top, WalkBase* base) {
  UniqueFd opened(OpenDirectoryAsBase(top.c_str()));
  if (!opened) return opened.Get();
  StatRecord found;
  const int code = StatFd(opened.Get(), &found);
  if (code < 0) return code;
  if (base->known && (found.dev != base->device || found.ino != base->inode)) return -ESTALE;
  base->known = true;
  base->device = found.dev;
  base->inode = found.ino;
  base->fd = std::move(opened);
  return 0;
}

}  // namespace

int DirectoryReader::Open(const std::string& path) {
  const int fd = OpenToList(path);
  return fd < 0 ? fd : Open(UniqueFd(fd));
}

EntryType DirectoryReader::TypeOf(const DirectoryEntry& entry) const {
  if (entry.type != EntryType::kUnknown) return entry.type;
  struct stat found;
  const int directory = fd();
  const int code =
      Retrying([&] { return ::fstatat(directory, entry.name, &found, AT_SYMLINK_NOFOLLOW); });
  // As IFTODT of <dirent.h>, which not all systems have.
  return code < 0 ? EntryType::kUnknown : static_cast<EntryType>((found.st_mode & S_IFMT) >> 12);
}

bool DirectoryReader::LeadsToDirectory(const DirectoryEntry& link) const {
  struct stat target;
  return ::fstatat(fd(), link.name, &target, 0) == 0 && S_ISDIR(target.st_mode);
}

int DirectoryReader::Stat(StatRecord* record) const { return StatFd(fd(), record); }

int OpenInWalk(const std::string& top, const std::string& relative, bool follow, WalkBase* base,
               DirectoryReader* reader) {
  // By its path, not below a base: a directory may be readable but not searchable.
  if (relative.empty()) return reader->Open(top);
  if (!base->fd) {
    const int code = OpenBase(top, base);
    if (code < 0) return code;
  }
  const int fd =
      OpenBelow(base->fd.Get(), relative, follow ? kOpenToList : kOpenToList | O_NOFOLLOW);
  if (fd >= 0) return reader->Open(UniqueFd(fd));
  if (follow) return fd;
  if (fd == -ELOOP || fd == -EMLINK) return kPassOver;
  // Linux reports ENOTDIR for a link, too.
  struct stat found;
  const bool is_link =
      fd == -ENOTDIR &&
      ::fstatat(base->fd.Get(), relative.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(found.st_mode);
  return is_link ? kPassOver : fd;
}

}  // namespace platform
}  // namespace uvfiles
