// Memory that becomes a result without a copy on the loop thread. The loop thread allocates it on JavaScript's heap,
// and JavaScript does not see it until all operations that fill parts of it have finished.
#pragma once

#include <cstddef>
#include <cstdint>

namespace uvfiles {

struct ResultMemory {
  char* data = nullptr;
  size_t capacity = 0;
  void* handle = nullptr;  // the binding's reference that keeps it from collection
  uint32_t users = 0;  // operations that point into it; the loop thread's once they are delivered
};

}  // namespace uvfiles
