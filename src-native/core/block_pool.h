// Memory that the library owns and that pool threads may touch. All reads and writes of pool threads use it.
//
// A program can detach, shrink or drop its own memory while a thread works, so threads use blocks instead. The sizes of
// small blocks are powers of two, and small blocks are always reused. Larger ones are kept for reuse up to a limit, because
// fresh pages cost more (one page fault per 4 KiB) than the read into them.
//
// Thread safety: every member may be called from any thread. The process has one pool, which is never destroyed: the
// finalizer of an external buffer can run after its environment has ended.
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace uvfiles {

struct Block {
  char* data = nullptr;
  size_t capacity = 0;
};

class BlockPool {
 public:
  static BlockPool& Instance();

  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  // A block of at least `size` bytes, not zeroed; `data` is null when there is no memory.
  Block Acquire(size_t size);
  void Release(Block block);

  // Acquires or releases several blocks of one small size under one lock. Returns the number of
  // blocks, which is lower than requested only if memory is short.
  int AcquireMany(size_t size, Block* blocks, int count);
  void ReleaseMany(const Block* blocks, int count);

  // Bytes kept for reuse and not in use now.
  size_t cached_bytes();

  // Results up to this size are copied to JavaScript, larger ones are handed over as external memory.
  static constexpr size_t kSmall = 64 * 1024;

 private:
  static constexpr int kClasses = 8;  // 512 B, 1 KiB, ... 64 KiB
  static constexpr size_t kSmallest = 512;
  static constexpr size_t kMaxCachedSmall = 8u << 20;
  static constexpr size_t kMaxCachedLarge = 32u << 20;
  // From this size on, malloc maps memory for each block, and unmaps it when the block is freed. Advice that the kernel gets
  // for such a block concerns no other memory.
  static constexpr size_t kMapped = 33u << 20;

  static int ClassOf(size_t size);
  bool KeepLocked(Block block);

  std::mutex mutex_;
  std::vector<char*> small_[kClasses];
  std::vector<Block> large_;  // few and short-lived: searched from the newest, whose pages are warm
  size_t cached_small_ = 0;
  size_t cached_large_ = 0;
};

// A few spare blocks of one thread, so that it takes the pool's lock once for many. Not thread-safe.
class BlockStash {
 public:
  explicit BlockStash(BlockPool& pool = BlockPool::Instance()) : pool_(pool) {}
  ~BlockStash() { Flush(); }
  BlockStash(const BlockStash&) = delete;
  BlockStash& operator=(const BlockStash&) = delete;

  // A block for a small read; `data` is null when there is no memory.
  Block Acquire(size_t size) {
    if (count_ > 0 && blocks_[count_ - 1].capacity >= size &&
        blocks_[count_ - 1].capacity < 2 * size + kSlack) {
      return blocks_[--count_];
    }
    Flush();
    count_ = pool_.AcquireMany(size, blocks_, kTake);
    return count_ > 0 ? blocks_[--count_] : Block();
  }

  void Release(Block block) {
    if (count_ == kMost) Flush();
    blocks_[count_++] = block;
  }

  void Flush() {
    if (count_ > 0) pool_.ReleaseMany(blocks_, count_);
    count_ = 0;
  }

 private:
  static constexpr int kTake = 8;
  static constexpr int kMost = 64;
  static constexpr size_t kSlack = 512;

  BlockPool& pool_;
  Block blocks_[kMost];
  int count_ = 0;
};

}  // namespace uvfiles
