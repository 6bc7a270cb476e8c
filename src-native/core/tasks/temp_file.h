// Creates a temporary file that nobody else can have opened, named or guessed, in one pool operation.
//
// O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, mode exactly 0600 whatever the umask, 80 random bits in its name, another name after
// EEXIST. If the task fails or is cancelled, or its output is not delivered, the destructor closes and removes the file.
//
// Arguments: bytes: directory (absolute where it is to be registered), prefix, suffix. numbers: TempFileFlags, owner.
// Output: `opened`, and uint64 registration (0: none), the path (empty when anonymous).
// Error: "open" with the last path tried.
#pragma once

#include <cstdint>
#include <string>

#include "core/task.h"
#include "core/temp_name.h"
#include "core/temp_registry.h"

namespace uvfiles {

enum TempFileFlags : int64_t {
  kAnonymous = 1,   // no name on disk: O_TMPFILE, or removed at once where there is none
  kRegistered = 2,  // removed when its owner or the process ends
  kAppending = 4,   // every write goes to its end (O_APPEND)
};

class TempFile final : public Task {
 public:
  explicit TempFile(TaskArguments&& arguments, NameSource source = AppendRandomName);
  ~TempFile() override;
  Step Run(const Slice& slice) override;

 private:
  int Create();
  void Undo();

  const TempNameParts parts_;
  const int64_t flags_;
  const TempRegistry::Owner owner_;
  const NameSource source_;
  std::string path_;
  bool named_ = false;  // path_ exists and is ours
  TempRegistry::Id id_ = 0;
};

}  // namespace uvfiles
