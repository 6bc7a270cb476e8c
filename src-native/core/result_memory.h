// Memory that will be a result as it is: made by the loop thread on JavaScript's heap, seen by nobody there until every
// operation that fills a part of it has finished. Spares a copy on the loop thread.
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
