// Blocks: large enough, reused, bounded, and safe between threads.
#include "core/block_pool.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#include "platform/large_pages.h"
#include "test/check.h"

// A size that cannot be had is one of the cases here, not a mistake of the program.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }

namespace uvfiles {
namespace test {

TEST("returns at least the requested size, and reports the actual one") {
  BlockPool pool;
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{4097}, size_t{65536},
                            size_t{65537}, size_t{1000000}}) {
    const Block block = pool.Acquire(size);
    REQUIRE(block.data != nullptr);
    CHECK(block.capacity >= size);
    std::memset(block.data, 1, block.capacity);
    pool.Release(block);
  }
}

TEST("returns no block for a size that no memory can hold") {
  BlockPool pool;
  for (const size_t size : {SIZE_MAX, SIZE_MAX - 65535, SIZE_MAX / 2}) {
    const Block block = pool.Acquire(size);
    CHECK(block.data == nullptr);
    CHECK_EQ(block.capacity, 0u);
    pool.Release(block);
  }
}

TEST("reuses a returned block, and never hands out one twice") {
  BlockPool pool;
  for (const size_t size : {size_t{100}, size_t{200000}}) {
    const Block first = pool.Acquire(size);
    pool.Release(first);
    CHECK_EQ(pool.cached_bytes(), first.capacity);
    const Block again = pool.Acquire(size);
    CHECK_EQ(again.data, first.data);
    const Block other = pool.Acquire(size);
    CHECK(other.data != again.data);
    pool.Release(again);
    pool.Release(other);
    BlockPool().Release(Block());
    while (pool.cached_bytes() > 0) {
      const Block block = pool.Acquire(size);
      std::free(block.data);
    }
  }
}

TEST("keeps a bounded amount for reuse") {
  BlockPool pool;
  std::vector<Block> blocks;
  for (int i = 0; i < 4000; i++) blocks.push_back(pool.Acquire(4096));
  for (int i = 0; i < 60; i++) blocks.push_back(pool.Acquire(1 << 20));
  for (const Block& block : blocks) pool.Release(block);
  CHECK(pool.cached_bytes() > 0);
  CHECK(pool.cached_bytes() <= (40u << 20));
}

TEST("does not use a large block for a far smaller request") {
  BlockPool pool;
  pool.Release(pool.Acquire(8 << 20));
  const Block small = pool.Acquire(100000);
  CHECK(small.capacity < (1u << 20));
  pool.Release(small);
}

#ifdef __linux__
// The flags of the mapping that has the address, as /proc/self/smaps names them.
std::string FlagsOfMapping(const char* address) {
  std::ifstream smaps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  bool found = false;
  for (std::string line; std::getline(smaps, line);) {
    char* end = nullptr;
    const auto first = static_cast<uintptr_t>(std::strtoull(line.c_str(), &end, 16));
    if (end != line.c_str() && *end == '-') {
      found = wanted >= first && wanted < std::strtoull(end + 1, nullptr, 16);
    }
    const std::string title = "VmFlags:";
    if (found && line.compare(0, title.size(), title) == 0) return line.substr(title.size()) + " ";
  }
  return "";
}

TEST("requests large pages for a very large block, and returns it to the system") {
  if (!std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled").good()) {
    std::printf("skipped: this kernel has no large pages\n");
    return;
  }
  BlockPool pool;
  const Block block = pool.Acquire(100u << 20);
  REQUIRE(block.data != nullptr);
  for (const size_t offset : {platform::kLargePage, size_t{50} << 20, size_t{98} << 20}) {
    CHECK(FlagsOfMapping(block.data + offset).find(" hg ") != std::string::npos);
  }
  block.data[0] = block.data[block.capacity - 1] = 1;
  pool.Release(block);
  CHECK_EQ(pool.cached_bytes(), 0u);
}
#endif

TEST("takes and returns several blocks at once") {
  BlockPool pool;
  Block blocks[8];
  int count = pool.AcquireMany(5000, blocks, 8);
  CHECK(count >= 1);
  pool.ReleaseMany(blocks, count);
  for (int i = 0; i < 8; i++) blocks[i] = pool.Acquire(5000);
  for (Block& block : blocks) pool.Release(block);
  count = pool.AcquireMany(5000, blocks, 8);
  CHECK_EQ(count, 8);
  std::set<char*> distinct;
  for (const Block& block : blocks) {
    CHECK(block.capacity >= 5000);
    distinct.insert(block.data);
  }
  CHECK_EQ(distinct.size(), 8u);
  pool.ReleaseMany(blocks, 8);
}

TEST("a stash returns the blocks that it holds, and hands out those that fit") {
  BlockPool pool;
  {
    BlockStash stash(pool);
    for (const size_t size : {size_t{100}, size_t{60000}, size_t{5000}, size_t{65536}, size_t{1}}) {
      const Block block = stash.Acquire(size);
      REQUIRE(block.data != nullptr);
      CHECK(block.capacity >= size);
      std::memset(block.data, 2, block.capacity);
      stash.Release(block);
    }
    for (int i = 0; i < 200; i++) stash.Release(pool.Acquire(4096));
  }
  CHECK(pool.cached_bytes() > 0);
}

TEST("never gives one block to two threads") {
  BlockPool pool;
  std::vector<std::thread> threads;
  for (int id = 1; id <= 4; id++) {
    threads.emplace_back([&pool, id] {
      BlockStash stash(pool);
      for (int i = 0; i < 3000; i++) {
        const size_t size = static_cast<size_t>((i * 7919 + id * 104729) % 150000) + 1;
        const bool small = size <= BlockPool::kSmall;
        const Block block = small && i % 2 == 0 ? stash.Acquire(size) : pool.Acquire(size);
        block.data[0] = block.data[size - 1] = static_cast<char>(id);
        std::this_thread::yield();
        CHECK_EQ(block.data[0], static_cast<char>(id));
        CHECK_EQ(block.data[size - 1], static_cast<char>(id));
        if (small && i % 3 == 0) {
          stash.Release(block);
        } else {
          pool.Release(block);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
