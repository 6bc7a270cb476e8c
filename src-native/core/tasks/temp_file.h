// kTempFile creates a temporary file that nobody else can have opened, named or guessed; kTempDirectory creates a directory.
//
// O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, mode exactly 0600 (0700) whatever the umask, 80 random bits in its name, another
// name after EEXIST. If the task fails or is cancelled, or its output is not delivered, the destructor closes and
// removes what it made.
//
// Arguments: bytes: directory (absolute where it is to be registered), prefix, suffix. numbers: TempFileFlags (of which only
//   kRegistered counts for directories), owner.
// Output: for a file `opened`; uint64 registration (0: none), the path (empty when anonymous).
// Error: "open" or "mkdir" with the last path tried.
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

class TempEntry : public Task {
 public:
  ~TempEntry() override;
  Step Run(const Slice& slice) override;

 protected:
  using Kind = TempRegistry::Kind;
  TempEntry(TaskArguments&& arguments, Kind kind, NameSource source);

 private:
  bool IsDirectory() const { return kind_ == Kind::kDirectory; }
  int Create();
  void Undo();

  const Kind kind_;
  const TempNameParts parts_;
  const int64_t flags_;
  const TempRegistry::Owner owner_;
  const NameSource source_;
  std::string path_;
  bool named_ = false;  // path_ exists and is ours
  TempRegistry::Id id_ = 0;
};

class TempFile final : public TempEntry {
 public:
  explicit TempFile(TaskArguments&& arguments, NameSource source = AppendRandomName)
      : TempEntry(std::move(arguments), Kind::kFile, source) {}
};

class TempDirectory final : public TempEntry {
 public:
  explicit TempDirectory(TaskArguments&& arguments, NameSource source = AppendRandomName)
      : TempEntry(std::move(arguments), Kind::kDirectory, source) {}
};

}  // namespace uvfiles
