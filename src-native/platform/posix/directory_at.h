// Opens and unlocks directories by descriptor, without following links where that matters.
// All functions return a descriptor or 0, or -errno, and retry EINTR, unless they say otherwise.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <string>

namespace uvfiles {

// Opens a directory that only serves as the base of other *at calls, with as few permissions as the system asks for.
#ifdef O_PATH
constexpr int kOpenAsBase = O_PATH | O_DIRECTORY | O_CLOEXEC;
#elif defined(O_SEARCH)
constexpr int kOpenAsBase = O_SEARCH | O_DIRECTORY | O_CLOEXEC;
#else
constexpr int kOpenAsBase = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

// The flags that open a directory to list it.
constexpr int kOpenToList = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;

inline bool IsSame(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Opens a directory by its path to list it. Links are followed.
int OpenToList(const std::string& path);

// Opens directory `name` of `parent` for listing. For a link, or anything else than a directory: -ENOTDIR or -ELOOP.
int OpenDirectoryAt(int parent, const char* name);

// A descriptor that only serves as the base of other *at calls. Links in `path` are followed.
int OpenDirectoryAsBase(const char* path);

// The same for directory `name` of `parent`. A link is not followed: -ENOTDIR or -ELOOP.
int OpenDirectoryAsBaseAt(int parent, const char* name);

// Makes the names in the directory durable; with `whole_file_system`, everything else on that file system, too.
int SyncDirectory(const std::string& path, bool whole_file_system);

// 1 with the text of the link `name`, 0 if it is not a link, or -errno.
int ReadLinkAt(int directory, const std::string& name, std::string* text);

// Gives the owner rwx on the open directory. Returns whether this call changed its mode.
bool UnlockOpenDirectory(int fd);

// `path` without the slashes at its end ("link/" would follow the link), split into a parent and a last name.
struct SplitPath {
  std::string parent;  // "." or "/" if the path has none
  std::string name;    // empty for "/"
};
SplitPath SplitLastName(const std::string& path);

// Opens a file below a directory by a path of any length. Paths longer than PATH_MAX are opened in several parts.
// `relative` has single slashes between its names and none at its ends; "" is the directory itself. `flags` are those
// of the last component; O_CLOEXEC is added. A descriptor or -errno.
int OpenBelow(int base, const std::string& relative, int flags);

}  // namespace uvfiles
