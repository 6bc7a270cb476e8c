// Finds the first of several directories in which a temporary file can really be written: permissions, read-only mounts
// and full disks are only known by trying.
//
// Arguments: bytes: the candidates, absolute. Output: uint32, the index of the one that serves. Error: ENOENT "open" when
//   none does, with the last candidate; EMFILE and ENFILE "open" at once. Cancelled: between two
//   candidates, leaving nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/task.h"

namespace uvfiles {

class TempProbe final : public Task {
 public:
  explicit TempProbe(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  static int Try(const std::string& dir);

  const std::vector<std::string> candidates_;
  size_t next_ = 0;
};

}  // namespace uvfiles
