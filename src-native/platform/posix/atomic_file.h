// A new version of a file that takes the old one's place in one step, or leaves no trace.
//
// While it is written it has no name at all where the file system can do that (O_TMPFILE), so that a killed process
// leaves nothing; it is linked under ".new.RANDOM.uvfiles" for the instant before the rename that publishes it. Where
// there are no nameless files it has that name from the start, made with O_EXCL.
//
// A file that is a mount point itself (a bind mount) cannot be replaced: EBUSY. With `kInPlaceIfBusy` the new content is then
// copied into it, which is not atomic.
//
// A link is followed: what it leads to gets the new content, and it stays a link. Not thread-safe; used by one task.
#pragma once

#include <sys/stat.h>

#include <string>

#include "core/task.h"
#include "core/tasks/write_atomic.h"
#include "core/unique_fd.h"

namespace uvfiles {

class AtomicFile {
 public:
  AtomicFile() = default;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { Discard(); }

  // 0 or a negative code, of which `error` says more. Nothing stays after a failure.
  int Begin(const std::string& path, int64_t flags, int64_t permissions, TaskError* error);

  int fd() const { return file_.Get(); }

  // Where others in this process may open the new file by, until it is published: they get a descriptor of their own.
  // Its owner may read and write it until then, whatever its mode is to be. Negative: failed, and nothing can be published.
  int OpenToOthers(std::string* path);

  // Gives it the old file's mode, owner and attributes, and its place. Closes it. After a failure the old file is as it
  // was and nothing stays, unless `committed()`: then only syncing the directory failed.
  int Publish(const Task& task, TaskError* error);
  bool committed() const { return committed_; }

  // Closes and removes what has not been published.
  void Discard();

 private:
  int Resolve(const std::string& path);
  int OpenDirectory();
  int Make();
  int MakeNamed();
  int AdoptOldFile();
  int Link();
  int MoveToNamed(const Task& task);
  int PutInPlace();
  int OverwriteFrom(int fd);
  int BuildName();
  bool Fail(int code, const char* syscall);

  std::string path_;  // as given
  int64_t flags_ = 0;
  mode_t permissions_ = 0;
  mode_t own_mode_ = 0;  // what OpenToOthers has changed; 0: nothing
  std::string directory_path_;
  std::string name_;  // of the target in its directory
  UniqueFd directory_;
  UniqueFd file_;
  std::string temp_name_;  // empty while there is none on disk
  bool is_published_ = false;
  bool committed_ = false;
  const char* syscall_ = "";
};

}  // namespace uvfiles
