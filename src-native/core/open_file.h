// One open descriptor and the operations that hold it open.
//
// Thread safety: pool threads read `fd`, and everything else belongs to the loop thread. Closing waits until
// `in_flight` is zero, so no running operation can use a descriptor whose number has been reused.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/cached.h"

namespace uvfiles {

struct Operation;

enum class FileKind : uint8_t { kRegular, kDirectory, kFifo, kCharacter, kSocket, kBlock, kOther };

// The position that stands for the descriptor's own one.
constexpr int64_t kCurrentPosition = -1;

// What the inline path knows of a file.
struct InlineState {
  platform::CacheAccess access = platform::CacheAccess::kUnknown;
  uint8_t misses = 0;  // in a row
  uint32_t hits = 0;   // in a row
  uint32_t skip = 0;   // attempts to leave out
  uint64_t device = 0;
  char* mapping = nullptr;  // overlayfs only; never read through
  size_t mapped = 0;
};

struct OpenFile {
  int fd = -1;
  bool owned = true;     // closed by us; false for `closefd: false`
  bool closing = false;  // refuses new operations
  FileKind kind = FileKind::kRegular;
  uint32_t in_flight = 0;  // operations submitted and not yet delivered
  uint32_t id = 0;         // JavaScript's name for it: index and generation
  InlineState inline_state;
  bool polled = false;       // stateful transfers wait for readiness in the poller, not in the pool
  bool nonblocking = false;  // O_NONBLOCK is set, on an open file description that is ours alone
  bool stop_waiting =
      false;  // reads that would wait fail instead (UV_ECANCELED); under the dispatcher's lock
  Operation* close_operation = nullptr;  // waits for in_flight to reach zero
};

// Whether a transfer on the descriptor can wait indefinitely. Character devices with a position (/dev/null, /dev/zero) never
// do. `kOther` is eventfd, inotify and the like, which claim to have a position.
inline bool IsPolled(FileKind kind, bool seekable) {
  return kind == FileKind::kFifo || kind == FileKind::kSocket || kind == FileKind::kOther ||
         (kind == FileKind::kCharacter && !seekable);
}

}  // namespace uvfiles
