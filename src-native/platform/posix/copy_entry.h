// Copies one entry of a directory that is not a directory itself: a file, a link, a FIFO or a device. A slice at a time.
// Not thread-safe; used by one task for many entries in turn.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "core/unique_fd.h"
#include "platform/posix/copy_content.h"

namespace uvfiles {

struct CopyOptions {
  bool preserve =
      false;  // times, all of the mode and extended attributes; otherwise only the permission bits
  bool owner = false;  // owner and group as well, where permitted
  bool all_modes =
      false;  // set-user-ID, set-group-ID and the sticky bit, too, whoever owns the copy
  bool exclusive = false;  // EEXIST if the target exists
  bool follow = true;      // copies the target of a link instead of the link
  bool special = false;    // creates FIFOs and devices; otherwise EINVAL
  bool durable = false;    // the content is on the disk before Run is done
};

// What CopyFlags ask for.
CopyOptions CopyOptionsOf(int64_t flags);

// Times of `found`, for utimensat.
void TimesOf(const struct stat& found, struct timespec times[2]);

// Gives the open copy the metadata of the open original that `options` ask for, as far as the process is permitted.
void CopyMetadata(int from, const struct stat& found, int to, const CopyOptions& options);

class CopyEntry {
 public:
  // Both names stay valid until the end. Nothing has been made if it returns an error or a shortage of descriptors.
  // 0: call Run. Another positive number: done, there is nothing to run. Negative: failed.
  int Begin(int from_directory, const char* from, int to_directory, const char* to,
            const CopyOptions& options);

  // The same for an entry that was listed as a file: -EINVAL if it is not a file any more.
  int BeginFile(int from_directory, const char* from, int to_directory, const char* to,
                const CopyOptions& options);

  // kDone: the entry is copied, or `code()` says why not. A target that was created for a failed copy is removed.
  Step Run(const Slice& slice, const Task& task);

  int code() const { return code_; }

 private:
  void Take(int to_directory, const char* to, const CopyOptions& options);
  int OpenBoth(const char* from, int from_directory);
  bool Clone();
  int OpenTarget();
  int CopyLink(int from_directory, const char* from, const struct stat& found);
  template <typename Make>
  int MakeReplacing(Make make);
  Step Fail(int code);

  CopyOptions options_;
  int to_directory_ = -1;
  const char* to_name_ = "";
  UniqueFd from_;
  UniqueFd to_;
  struct stat found_ {};
  bool made_ = false;
  bool cloned_ = false;
  bool to_is_file_ = true;
  int code_ = 0;
  CopyContent content_;
};

}  // namespace uvfiles
