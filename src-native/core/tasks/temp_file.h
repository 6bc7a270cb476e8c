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
//
// kTempDiscard removes a file by its name and forgets its registration. A file that is gone already is fine.
// Arguments: bytes: the path. numbers: registration (0: none). Error: "unlink".
//
// kTempFinish does all in one operation: it writes what was still buffered, closes the descriptor and removes the name. Each step
// is done even if another one fails; the first failure is reported.
// Arguments: bytes: the path, the data. numbers: the descriptor (owned from then on; JavaScript gives
//   the number of the open file, see binding/tasks.cc), registration, where to write (-1:
//   at the descriptor's position, or its end when it appends). Error: "write", "close" or "unlink".
#pragma once

#include <cstdint>
#include <string>

#include "core/task.h"
#include "core/temp_name.h"
#include "core/temp_registry.h"
#include "core/unique_fd.h"

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

void DiscardTemp(const TaskArguments& arguments, Task* task);

class TempFinish final : public Task {
 public:
  explicit TempFinish(TaskArguments&& arguments);
  // A task that never ran still closes and removes.
  ~TempFinish() override;
  Step Run(const Slice& slice) override;

 private:
  void Fail(int code, const char* syscall);

  const std::string path_;
  const std::string data_;
  UniqueFd fd_;
  const TempRegistry::Id id_;
  const int64_t at_;
};

}  // namespace uvfiles
