// Avoids repeated lookups of a directory that many paths of a list share.
#pragma once

#include <cstddef>

#include "core/unique_fd.h"

namespace uvfiles {

class Folder {
 public:
  // If the path's directory is open, shortens `path` to its last name and returns the descriptor; otherwise AT_FDCWD.
  int ShortenTo(const char** path);

 private:
  UniqueFd directory_;
  const char* path_ = nullptr;  // the first path in it
  size_t length_ = 0;           // of the directory's part of that
  bool opened_ = false;         // or an open has failed
};

}  // namespace uvfiles
