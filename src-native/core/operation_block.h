// The block of memory that an operation reads into, on the thread that performs it.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>

#include "core/block_pool.h"
#include "core/operation.h"

namespace uvfiles {

inline void TakeBlock(Operation& operation, size_t size) {
  assert(operation.data == nullptr);  // the pool would lose a block that the operation has already
  const Block block = BlockPool::Instance().Acquire(size);
  operation.data = block.data;
  operation.capacity = block.capacity;
}

inline void GiveBlockBack(Operation& operation) {
  if (operation.capacity != 0) BlockPool::Instance().Release({operation.data, operation.capacity});
  operation.data = nullptr;
  operation.capacity = 0;
}

// A larger block, with the first `used` bytes of the one before. False: there is no memory, and the block is as it was.
inline bool GrowBlock(Operation& operation, size_t size, size_t used) {
  const Block larger = BlockPool::Instance().Acquire(size);
  if (larger.data == nullptr) return false;
  if (used > 0) std::memcpy(larger.data, operation.data, used);
  GiveBlockBack(operation);
  operation.data = larger.data;
  operation.capacity = larger.capacity;
  return true;
}

}  // namespace uvfiles
