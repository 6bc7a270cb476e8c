// The AtomicFile of POSIX systems.
//
// If the file system supports it (O_TMPFILE), the new file has no name while it is written, so a killed process leaves
// nothing. It gets the name ".new.RANDOM.uvfiles" just before the rename that publishes it. On other file systems, it
// is created under that name with O_EXCL.
//
// A file that is a mount point itself (a bind mount) cannot be replaced: EBUSY. With `kInPlaceIfBusy`, the new content
// is then copied into it, which is not atomic.
//
// Links are followed: the target of the link gets the new content, and the link stays.
#pragma once

#include <sys/stat.h>

#include <string>

#include "core/atomic_file.h"
#include "core/unique_fd.h"

namespace uvfiles {

class PosixAtomicFile final : public AtomicFile {
 public:
  ~PosixAtomicFile() override { Discard(); }

  int Begin(const std::string& path, int64_t flags, int64_t permissions, TaskError* error) override;
  int fd() const override { return file_.Get(); }
  int OpenToOthers(std::string* path) override;
  int Publish(const Task& task, TaskError* error) override;
  bool committed() const override { return committed_; }
  void Discard() override;

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
  mode_t own_mode_ = 0;  // before OpenToOthers changed it; 0 if it did not
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
