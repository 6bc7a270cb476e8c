#include "core/block_pool.h"

#include <cstdlib>

#include "platform/large_pages.h"

namespace uvfiles {

BlockPool& BlockPool::Instance() {
  static BlockPool* const pool = new BlockPool();  // leaked on purpose: see the header
  return *pool;
}

BlockPool::~BlockPool() {
  for (auto& list : small_) {
    for (char* data : list) std::free(data);
  }
  for (Block& block : large_) std::free(block.data);
}

int BlockPool::ClassOf(size_t size) {
  int index = 0;
  for (size_t capacity = kSmallest; capacity < size; capacity <<= 1) index++;
  return index;
}

Block BlockPool::Acquire(size_t size) {
  Block block;
  if (size <= kSmall) {
    const int index = ClassOf(size);
    block.capacity = kSmallest << index;
    std::lock_guard<std::mutex> lock(mutex_);
    auto& list = small_[index];
    if (!list.empty()) {
      block.data = list.back();
      list.pop_back();
      cached_small_ -= block.capacity;
      return block;
    }
  } else {
    // Whole steps of 64 KiB, so that neighbouring sizes share blocks.
    block.capacity = (size + kSmall - 1) & ~(kSmall - 1);
    if (block.capacity < size) return Block();  // overflow
    std::lock_guard<std::mutex> lock(mutex_);
    for (size_t i = large_.size(); i-- > 0;) {
      if (large_[i].capacity < block.capacity) continue;
      if (large_[i].capacity - block.capacity > block.capacity / 4) continue;
      block = large_[i];
      large_.erase(large_.begin() + static_cast<ptrdiff_t>(i));
      cached_large_ -= block.capacity;
      return block;
    }
  }
  block.data = static_cast<char*>(std::malloc(block.capacity));
  if (block.data == nullptr) block.capacity = 0;
  if (block.capacity >= kMapped) platform::PreferLargePages(block.data, block.capacity);
  return block;
}

// True when the block is kept for reuse.
bool BlockPool::KeepLocked(Block block) {
  if (block.capacity <= kSmall) {
    if (cached_small_ + block.capacity > kMaxCachedSmall) return false;
    small_[ClassOf(block.capacity)].push_back(block.data);
    cached_small_ += block.capacity;
    return true;
  }
  if (cached_large_ + block.capacity > kMaxCachedLarge) return false;
  large_.push_back(block);
  cached_large_ += block.capacity;
  return true;
}

void BlockPool::Release(Block block) {
  if (block.data == nullptr) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (KeepLocked(block)) return;
  }
  std::free(block.data);
}

int BlockPool::AcquireMany(size_t size, Block* blocks, int count) {
  const int index = ClassOf(size);
  const size_t capacity = kSmallest << index;
  int taken = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    auto& list = small_[index];
    while (taken < count && !list.empty()) {
      blocks[taken++] = {list.back(), capacity};
      list.pop_back();
      cached_small_ -= capacity;
    }
  }
  // Only the one that is needed now is allocated.
  if (taken == 0) {
    blocks[0] = Acquire(size);
    taken = blocks[0].data != nullptr ? 1 : 0;
  }
  return taken;
}

void BlockPool::ReleaseMany(const Block* blocks, int count) {
  int kept = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    while (kept < count && KeepLocked(blocks[kept])) kept++;
  }
  for (; kept < count; kept++) Release(blocks[kept]);
}

size_t BlockPool::cached_bytes() {
  std::lock_guard<std::mutex> lock(mutex_);
  return cached_small_ + cached_large_;
}

}  // namespace uvfiles
