// Finds and opens files beneath a directory, and nothing outside it, whatever paths and links say.
//
// Paths and link targets must be relative. An absolute path, ".." above the root, and the magic links of /proc lead outside.
// With openat2 (Linux 5.6), the kernel resolves the path. On other systems, and where a seccomp filter refuses openat2, each
// component is opened without following it, and links are read and resolved here.
//
// A directory that another program moves out of the root meanwhile stays open, because it was beneath the root when it
// was reached. All functions are safe on any thread, hold at most three descriptors, and return a code when there are
// none left.
#pragma once

#include <sys/types.h>

#include <string>

#include "core/unique_fd.h"

namespace uvfiles {

// Answered instead of -errno: the path leads out of the root.
constexpr int kOutsideRoot = -0x10000;

// Whether this process resolves paths component by component, because there is no openat2.
bool LacksOpenat2();

// A name in an open directory, for the *at calls. It must not be followed: it was not a link, or links were not to be
// followed.
struct PlaceBeneath {
  int directory = -1;              // `holder`'s, or the root
  std::string name;                // "." where the place is the directory itself
  bool must_be_directory = false;  // the path ends in a slash, and `name` may be something else
  UniqueFd holder;
};

// As access(2), which checks with the real ids, for `name`, which is not a link. 0 or a negative code.
int AccessUnfollowed(int directory, const char* name, int mode);

class Beneath {
 public:
  // `root` is a directory's descriptor; the caller keeps it. `stepwise` is for tests and for systems without openat2.
  explicit Beneath(int root, bool stepwise = LacksOpenat2()) : root_(root), stepwise_(stepwise) {}

  // Finds the last name of `path` in its directory. With `follow`, a link at the end is followed. 0 or a negative code.
  int Find(const std::string& path, bool follow, PlaceBeneath* place) const;

  // Opens `path`, following links beneath the root unless `flags` has O_NOFOLLOW. O_CLOEXEC is added. A descriptor or a
  // negative code.
  int Open(const std::string& path, int flags, mode_t mode) const;

  // Resolves `path`, which must exist, to a path relative to the root without links. "." is the root. 0 or a negative code.
  int Resolve(const std::string& path, std::string* resolved) const;

 private:
  int FindByKernel(std::string path, bool follow, PlaceBeneath* place) const;

  const int root_;
  const bool stepwise_;
};

}  // namespace uvfiles
