// Owns a file descriptor that does not reach JavaScript.
#pragma once

#include <uv.h>

#include "core/unique.h"
#include "platform/file_system.h"

namespace uvfiles {

struct Descriptor {
  using Value = int;
  static int None() { return -1; }
  static bool IsOne(int fd) { return fd >= 0; }
  // close(2) is never retried: on Linux the descriptor is gone even after EINTR.
  static void GiveBack(int fd) { platform::CloseFile(fd); }
};
using UniqueFd = Unique<Descriptor>;

// Whether the process or the system has no free descriptor. It is worth waiting for one, because the library closes
// many soon.
inline bool IsDescriptorShortage(int code) { return code == UV_EMFILE || code == UV_ENFILE; }

}  // namespace uvfiles
