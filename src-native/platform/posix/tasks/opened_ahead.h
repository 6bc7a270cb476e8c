// Opens files of a list before their turn and starts reading their first bytes, so that the disk fetches many files at
// a time. This is for files that are not cached. For cached ones it would only add system calls.
//
// At most kMost descriptors are open. A file that cannot be opened here is opened at its turn, which reports the error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/unique_fd.h"
#include "platform/posix/tasks/folder.h"

namespace uvfiles {

class OpenedAhead {
 public:
  static constexpr size_t kMost = 32;

  // `paths`: the list, with NUL between the paths. It outlives this.
  explicit OpenedAhead(const std::string& paths) : paths_(paths) {}

  // The file of the path that begins at `path_at`, or none. Called for one path of the list after another.
  UniqueFd Take(size_t path_at);
  // Once half of the window is used up: opens files from the path at `path_at` on, as many as `room` bytes hold.
  void Refill(size_t path_at, uint64_t room);
  // Looks up what is opened from now on in the directory that has its name by then.
  void ForgetFolder() { folder_ = Folder(); }
  // Closes all.
  void Clear();

 private:
  struct File {
    size_t path_at = 0;
    UniqueFd fd;
  };

  // False where nothing more can be opened.
  bool Open(uint64_t* room);

  const std::string& paths_;
  Folder folder_;
  size_t next_ = 0;  // the path that follows those looked at
  std::array<File, kMost> files_;
  size_t first_ = 0;  // in files_, which is a ring
  size_t count_ = 0;
};

}  // namespace uvfiles
