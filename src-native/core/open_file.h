// One open descriptor and the operations that hold it open.
//
// Thread safety: `fd` is read by pool threads; everything else belongs to the loop thread. The descriptor cannot be
// closed under a running operation, because closing waits until `in_flight` is zero: the cure for reading a file
// that reused the number.
#pragma once

#include <cstdint>

namespace uvfiles {

struct Operation;

enum class FileKind : uint8_t { kRegular, kDirectory, kFifo, kCharacter, kSocket, kBlock, kOther };

struct OpenFile {
  int fd = -1;
  bool owned = true;           // closed by us; false for `closefd: false`
  bool closing = false;        // refuses new operations
  FileKind kind = FileKind::kRegular;
  uint32_t in_flight = 0;      // operations submitted and not yet delivered
  uint32_t id = 0;             // JavaScript's name for it: index and generation
  Operation* close_operation = nullptr;  // waits for in_flight to reach zero
};

}  // namespace uvfiles
