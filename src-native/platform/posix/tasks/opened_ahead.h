// What reading a list of files holds open besides the file being read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/unique_fd.h"

namespace uvfiles {

// Avoids repeated lookups of a directory that many paths of a list share.
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

// Opens files of a list before their turn and starts reading their first bytes, so that the disk fetches many files at
// once. Only for files that are not cached: for cached ones, it would only add system calls.
//
// At most kMost descriptors are open. A file that cannot be opened here is opened at its turn, which reports the error.
class OpenedAhead {
 public:
  static constexpr size_t kMost = 32;

  // `paths`: the list, with NUL between the paths. It outlives this.
  explicit OpenedAhead(const std::string& paths) : paths_(paths) {}

  // The file of the path that begins at `path_at`, or none. Called in the order of the list.
  UniqueFd Take(size_t path_at);
  // Opens files from the path at `path_at` on, whose sizes add up to at most `room` bytes. Does nothing until half of the
  // window is used up.
  void Refill(size_t path_at, uint64_t room);
  // Looks up the directory of later files by its name again: it may have been replaced.
  void ForgetFolder() { folder_ = Folder(); }
  // Closes all files.
  void Clear();

 private:
  struct File {
    size_t path_at = 0;
    UniqueFd fd;
  };

  // False if no more files can be opened.
  bool Open(uint64_t* room);

  const std::string& paths_;
  Folder folder_;
  size_t next_ = 0;  // the first path that has not been looked at
  std::array<File, kMost> files_;
  size_t first_ = 0;  // in files_, which is a ring
  size_t count_ = 0;
};

}  // namespace uvfiles
