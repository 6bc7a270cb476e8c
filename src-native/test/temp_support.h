// What the tests of temporary files share: a scratch directory, small trees, few descriptors, and
// running as nobody in particular.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "test/check.h"

namespace uvfiles {
namespace test {

// A new directory, world-writable so that an unprivileged child can work in it; the test removes what it put there.
inline std::string Scratch() {
  char path[] = "/tmp/uvfiles-cc-XXXXXX";
  REQUIRE(::mkdtemp(path) != nullptr);
  ::chmod(path, 0777);
  return path;
}

inline void Touch(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, "kept", 4) == 4);
  ::close(fd);
}

inline void MakeDir(const std::string& path) { REQUIRE(::mkdir(path.c_str(), 0755) == 0); }

inline bool Exists(const std::string& path) {
  struct stat st;
  return ::lstat(path.c_str(), &st) == 0;
}

inline int CountEntries(const std::string& path) {
  DIR* const dir = ::opendir(path.c_str());
  if (dir == nullptr) return -1;
  int count = 0;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") ++count;
  }
  ::closedir(dir);
  return count;
}

// Leaves the process the descriptors below `limit`.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lower = before_;
    lower.rlim_cur = limit;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &lower) == 0);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
};

template <typename Body>
auto WithDescriptorsBelow(rlim_t limit, Body body) {
  const DescriptorLimit lower(limit);
  return body();
}

// Runs `body` in a child that is not root (permission checks do not stop root) and fails unless it answers true.
inline void AsUnprivileged(const std::function<bool()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK_EQ(status, 0);
}

// A chain of `depth` directories below `top`, made by descriptor because its path is longer than PATH_MAX.
inline void MakeDeep(const std::string& top, int depth, const std::string& name) {
  MakeDir(top);
  int fd = ::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  for (int i = 0; i < depth; ++i) {
    REQUIRE(::mkdirat(fd, name.c_str(), 0755) == 0);
    const int file = ::openat(fd, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    REQUIRE(file >= 0);
    ::close(file);
    const int next = ::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(next >= 0);
    ::close(fd);
    fd = next;
  }
  ::close(fd);
}

}  // namespace test
}  // namespace uvfiles
