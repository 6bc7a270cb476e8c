// Creates a temporary directory of mode exactly 0700, whatever the umask, with 80 random bits in its name.
//
// As with TempFile, nothing is left behind if the task fails or is cancelled, or its output is not delivered.
//
// Arguments: bytes: directory (absolute where it is to be registered), prefix, suffix. numbers: TempFileFlags (of which
//   kRegistered counts), owner.
// Output: uint64 registration (0: none), the path.
// Error: "mkdir" with the last path tried.
#pragma once

#include <string>

#include "core/task.h"
#include "core/temp_name.h"
#include "core/temp_registry.h"

namespace uvfiles {

class TempDirectory final : public Task {
 public:
  explicit TempDirectory(TaskArguments&& arguments, NameSource source = AppendRandomName);
  ~TempDirectory() override;
  Step Run(const Slice& slice) override;

 private:
  int Create();
  void Undo();

  const TempNameParts parts_;
  const bool registered_;
  const TempRegistry::Owner owner_;
  const NameSource source_;
  std::string path_;
  bool made_ = false;
  TempRegistry::Id id_ = 0;
};

}  // namespace uvfiles
