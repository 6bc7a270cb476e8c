// Checks whether there is enough memory for a large allocation. Any thread.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace uvfiles {

// A std::string ends the process when there is no memory for it, and so does Node where there is
// little. Therefore, large memory is first allocated and freed again, so that the call can fail
// instead. If another thread takes that memory before the string does, the process still ends. So
// this is called before an operation does anything, never after it has changed a file.
inline bool HasMemoryFor(size_t size) {
  constexpr size_t kLarge = 4 * 1024;
  if (size < kLarge) return true;
  // Volatile: a compiler may leave out an allocation whose memory is not used.
  void* volatile memory = std::malloc(size + 1);
  const bool has = memory != nullptr;
  std::free(memory);
  return has;
}

struct FreeMemory {
  void operator()(char* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<char[], FreeMemory>;

// Null where there is none. Not `new (std::nothrow)`, whose part of the C++ library the binaries do
// not contain.
inline Memory AllocateMemory(size_t size) { return Memory(static_cast<char*>(std::malloc(size))); }

}  // namespace uvfiles
