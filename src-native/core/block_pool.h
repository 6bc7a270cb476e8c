// Memory that the library owns and that pool threads may touch: the source of every read and write.
//
// Caller memory can be detached, shrunk or collected while a thread works, so no thread ever sees it; blocks are
// what threads see instead. Small blocks come in powers of two and are reused; larger ones are kept for reuse up
// to a bound, because fresh pages cost more (a fault each 4 KiB) than the read into them.
//
// Thread safety: every member may be called from any thread. One pool serves the process and is never destroyed:
// an external buffer's finalizer may come after the environment that made it has gone.
#pragma once

#include <cstddef>
#include <cstdint>
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

  // Several blocks of one small size at once, and back: one lock for all. Answers how many there are (fewer only
  // when memory is short).
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
  // From this size on, malloc maps memory for each block, and unmaps it when the block is freed: what is asked of the kernel for it
  // concerns no other memory.
  static constexpr size_t kMapped = 33u << 20;

  static int ClassOf(size_t size);
  bool KeepLocked(Block block);

  std::mutex mutex_;
  std::vector<char*> small_[kClasses];
  std::vector<Block> large_;  // few and short-lived: searched from the newest, whose pages are warm
  size_t cached_small_ = 0;
  size_t cached_large_ = 0;
};

// A few blocks at hand for one thread, so that the pool's lock is taken once for many. Not thread-safe.
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
