// Saves the kernel the way to a directory that many paths of a list are in.
#pragma once

#include <cstddef>

#include "core/unique_fd.h"

namespace uvfiles {

// The directory that neighbours in a list of paths share, so that the kernel need not walk to it for each of them.
class Folder {
 public:
  // Cuts `path` down to its last name where its directory is at hand: the descriptor to look it up below, or AT_FDCWD.
  int ShortenTo(const char** path);

 private:
  UniqueFd directory_;
  const char* path_ = nullptr;  // the first path in it
  size_t length_ = 0;           // of the directory's part of that
  bool opened_ = false;         // or tried to
};

}  // namespace uvfiles
