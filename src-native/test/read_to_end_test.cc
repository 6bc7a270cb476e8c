// Reads to the end that run out of memory: they lose neither bytes nor memory.
#include "core/read_to_end.h"

#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

#include <string>

#include "core/block_pool.h"
#include "test/temp_support.h"

// The sanitizers' malloc fails for more than 1 MiB in this program.
extern "C" {
const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=1";
}
const char* __tsan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=1";
}
}

namespace uvfiles {
namespace test {

TEST(
    "returns its block to the pool and the descriptor to its position when the block cannot grow") {
  const std::string folder = Scratch();
  const std::string path = folder + "/f";
  const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  REQUIRE(fd >= 0);
  REQUIRE(::ftruncate(fd, 3 << 20) == 0);
  REQUIRE(::lseek(fd, 100, SEEK_SET) == 100);
  Operation operation;
  CHECK_EQ(ReadToEnd(fd, kCurrent, 0, operation), int64_t{UV_ENOMEM});
  CHECK_EQ(::lseek(fd, 0, SEEK_CUR), 100);
  CHECK(operation.data == nullptr);
  CHECK_EQ(operation.capacity, 0u);
  CHECK(BlockPool::Instance().cached_bytes() >= 1u << 20);
  ::close(fd);
  ::unlink(path.c_str());
  ::rmdir(folder.c_str());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
