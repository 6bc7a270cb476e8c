// What operations do on a pool thread, on real files: complete transfers at exact positions, and
// reported failures.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <csignal>
#include <cstring>
#include <string>

#include "core/operation.h"
#include "test/temp_support.h"

namespace uvfiles {
namespace test {

namespace {

// An operation with everything it may need, freed at the end.
struct Subject {
  explicit Subject(OpKind kind) {
    operation.kind = kind;
    operation.details = &details;
  }
  ~Subject() { BlockPool::Instance().Release({operation.data, operation.capacity}); }
  int64_t Run() {
    CHECK(Perform(operation, UINT64_MAX) == Performed::kDone);
    return operation.result;
  }
  std::string Bytes() const {
    return operation.result > 0 ? std::string(operation.data, static_cast<size_t>(operation.result))
                                : "";
  }
  OperationDetails details;
  Operation operation;
};

struct Opened {
  explicit Opened(const std::string& content, int flags = O_RDWR)
      : folder(Scratch()), path(folder + "/f") {
    const int made = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    REQUIRE(::write(made, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(made);
    file.fd = ::open(path.c_str(), flags | O_CLOEXEC);
    REQUIRE(file.fd >= 0);
  }
  ~Opened() {
    if (file.fd >= 0) ::close(file.fd);
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
  }
  std::string Read(size_t size, int64_t position, uint8_t flags = 0) {
    Subject each(OpKind::kRead);
    each.operation.file = &file;
    each.operation.size = size;
    each.operation.position = position;
    each.operation.flags = flags;
    each.Run();
    return each.Bytes();
  }
  const std::string folder;
  const std::string path;
  OpenFile file;
};

}  // namespace

TEST("reads at an offset, at the descriptor's position, and after seeking") {
  Opened opened("0123456789");
  CHECK_EQ(opened.Read(3, 4), "456");
  CHECK_EQ(opened.Read(3, kCurrent), "012");
  CHECK_EQ(opened.Read(2, 8, kSeekFirst), "89");
  CHECK_EQ(opened.Read(5, kCurrent), "");
  CHECK_EQ(opened.Read(100, 9, kFully), "9");
  CHECK_EQ(opened.Read(0, 0), "");
}

TEST("requests no more memory than the file can fill") {
  Opened opened("0123456789");
  Subject huge(OpKind::kRead);
  huge.operation.file = &opened.file;
  huge.operation.size = size_t{1} << 50;
  huge.operation.position = 2;
  CHECK_EQ(huge.Run(), 8);
  CHECK(huge.operation.capacity < (1u << 20));
}

TEST("rejects a result above the maximum size before it reads") {
  Opened opened(std::string(2 << 20, 'x'));
  largest_result = 1 << 20;
  Subject end(OpKind::kReadToEnd);
  end.operation.file = &opened.file;
  CHECK_EQ(end.Run(), int64_t{UV_EFBIG});
  Subject whole(OpKind::kReadFile);
  whole.details.path = opened.path;
  whole.details.flags = O_RDONLY;
  CHECK_EQ(whole.Run(), int64_t{UV_EFBIG});
  largest_result = SIZE_MAX;
}

TEST("reads whole files, also those that report no size") {
  Opened opened(std::string(300000, 'y'));
  for (const std::string& path : {opened.path, std::string("/proc/self/maps")}) {
    Subject whole(OpKind::kReadFile);
    whole.details.path = path;
    whole.details.flags = O_RDONLY;
    CHECK(whole.Run() > 500);
    if (path == opened.path) CHECK_EQ(whole.operation.result, 300000);
  }
  Subject missing(OpKind::kReadFile);
  missing.details.path = opened.path + "x";
  CHECK_EQ(missing.Run(), int64_t{UV_ENOENT});
  CHECK_EQ(std::string(missing.details.syscall), "open");
  Subject directory(OpKind::kReadFile);
  directory.details.path = opened.folder;
  CHECK_EQ(directory.Run(), int64_t{UV_EISDIR});
}

TEST("writes everything, at an offset or at the end, and reports the offset") {
  Opened opened("0123");
  char data[] = "abc";
  Subject place(OpKind::kWrite);
  place.operation.file = &opened.file;
  place.operation.data = data;
  place.operation.size = 3;
  place.operation.position = 2;
  CHECK_EQ(place.Run(), 3);
  CHECK_EQ(opened.Read(10, 0), "01abc");
  Opened appending("0123", O_RDWR | O_APPEND);
  Subject end(OpKind::kWrite);
  end.operation.file = &appending.file;
  end.operation.data = data;
  end.operation.size = 3;
  end.operation.position = kCurrent;
  end.operation.flags = kAppendTell;
  CHECK_EQ(end.Run(), 3);
  CHECK_EQ(end.operation.extra, 7);
  CHECK_EQ(appending.Read(10, 0), "0123abc");
}

TEST("a failed seek reports no bytes") {
  Opened opened("0123");
  Subject seek(OpKind::kSeek);
  seek.operation.file = &opened.file;
  seek.operation.position = -10;
  seek.operation.extra = SEEK_CUR;
  CHECK_EQ(seek.Run(), int64_t{UV_EINVAL});
  CHECK_EQ(seek.operation.extra, 0);
}

TEST("opens close-on-exec, and rejects directories without keeping a descriptor") {
  Opened opened("0123");
  Subject open(OpKind::kOpen);
  open.details.path = opened.path;
  open.details.flags = O_RDONLY;
  const int fd = static_cast<int>(open.Run());
  REQUIRE(fd >= 0);
  CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(open.details.seekable);
  CHECK_EQ(open.details.stat.size, 4);
  ::close(fd);
  Subject directory(OpKind::kOpen);
  directory.details.path = opened.folder;
  directory.details.flags = O_RDONLY;
  CHECK_EQ(directory.Run(), int64_t{UV_EISDIR});
  const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK_EQ(next, fd);
  ::close(next);
}

TEST("reads into transferred memory, which stays its owner's") {
  Opened opened("0123456789");
  std::string memory(6, '.');
  Subject read(OpKind::kRead);
  read.operation.file = &opened.file;
  read.operation.flags = kBorrowed | kFully;
  read.operation.data = &memory[0];
  read.operation.size = 4;
  read.operation.position = 8;
  CHECK_EQ(read.Run(), 2);
  CHECK_EQ(memory, std::string("89...."));
  read.operation.position = 3;
  CHECK_EQ(read.Run(), 4);
  CHECK_EQ(memory, std::string("3456.."));
}

// A whole write over the file at `path`; its result.
int64_t WriteOver(const std::string& path, const std::string& bytes) {
  Subject write(OpKind::kWriteFile);
  write.details.path = path;
  write.details.flags = O_CREAT | O_WRONLY | O_TRUNC;
  write.details.mode = 0644;
  write.operation.data = const_cast<char*>(bytes.data());
  write.operation.size = bytes.size();
  const int64_t result = write.Run();
  write.operation.data = nullptr;
  return result;
}

int64_t SizeOf(int fd) {
  struct stat found;
  return ::fstat(fd, &found) == 0 ? found.st_size : -1;
}

TEST("a whole write leaves nothing of the old content, for any sizes") {
  const size_t sizes[] = {0, 1, 100, 4095, 4096, 4097, 10000};
  for (const size_t before : sizes) {
    for (const size_t after : sizes) {
      Opened opened(std::string(before, 'o'));
      CHECK_EQ(WriteOver(opened.path, std::string(after, 'n')), static_cast<int64_t>(after));
      CHECK_EQ(SizeOf(opened.file.fd), static_cast<int64_t>(after));
      CHECK_EQ(opened.Read(20000, 0, kFully), std::string(after, 'n'));
    }
  }
}

#ifdef MFD_ALLOW_SEALING
TEST("a whole write of a block does not truncate a file that is not longer") {
  // The seal refuses every truncation.
  const int fd = ::memfd_create("sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  REQUIRE(::ftruncate(fd, 4000) == 0 && ::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  CHECK_EQ(WriteOver(path, std::string(4096, 'n')), 4096);
  CHECK_EQ(SizeOf(fd), 4096);
  CHECK_EQ(WriteOver(path, std::string(4095, 'n')), UV_EPERM);
  ::close(fd);
}
#endif

TEST("a whole write that fails leaves the same content as after a truncation") {
  Opened opened(std::string(3000, 'o'));
  rlimit before;
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 1000;
  ::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &few) == 0);
  const int64_t result = WriteOver(opened.path, std::string(4000, 'n'));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK_EQ(result, UV_EFBIG);
  CHECK_EQ(opened.Read(20000, 0, kFully), std::string(1000, 'n'));
}

TEST("a whole write waits for a descriptor without holding its thread") {
  const std::string folder = Scratch();
  Subject write(OpKind::kWriteFile);
  write.details.path = folder + "/f";
  write.details.flags = O_CREAT | O_WRONLY | O_TRUNC;
  write.details.mode = 0644;
  write.operation.data = const_cast<char*>("bytes");
  write.operation.size = 5;
  REQUIRE(Poller::Instance().Start() == 0);
  const Performed waits =
      WithDescriptorsBelow(0, [&] { return Perform(write.operation, UINT64_MAX); });
  CHECK(waits == Performed::kWaits);
  CHECK_EQ(write.operation.poll->waiter.fd, -1);
  CHECK(write.operation.poll->waiter.due_ns > 0);
  CHECK_EQ(write.Run(), 5);
  struct stat found;
  CHECK(::stat((folder + "/f").c_str(), &found) == 0 && found.st_size == 5);
  write.operation.data = nullptr;
  ::unlink((folder + "/f").c_str());
  ::rmdir(folder.c_str());
}

TEST("closes owned descriptors, and leaves borrowed ones open") {
  Opened opened("0123");
  Subject lent(OpKind::kClose);
  lent.operation.file = &opened.file;
  opened.file.owned = false;
  CHECK_EQ(lent.Run(), 0);
  CHECK(::fcntl(opened.file.fd, F_GETFD) >= 0);
  Subject owned(OpKind::kClose);
  owned.operation.file = &opened.file;
  opened.file.owned = true;
  CHECK_EQ(owned.Run(), 0);
  CHECK(::fcntl(opened.file.fd, F_GETFD) < 0);
  opened.file.fd = -1;
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
