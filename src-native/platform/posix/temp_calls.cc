#include "core/temp_calls.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#ifdef __APPLE__
// sys/random.h needs the first two headers. Keep this order.
#include <Availability.h>
#include <stddef.h>
#include <sys/random.h>
#endif

#include "core/unique_fd.h"
#include "platform/posix/chmod_unfollowed.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

constexpr mode_t kFileMode = S_IRUSR | S_IWUSR;
constexpr mode_t kDirectoryMode = S_IRWXU;
constexpr mode_t kPermissions = S_IRWXU | S_IRWXG | S_IRWXO;

// Creates a file with exactly kFileMode. `made` is set if the file was created, even if a later step fails.
int Open(const char* path, int flags, bool appending, bool* made) {
  if (appending) flags |= O_APPEND;
  UniqueFd fd(
      Retrying([&] { return ::open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, kFileMode); }));
  *made = static_cast<bool>(fd);
  if (!fd) return fd.Get();
  // The umask can only have taken bits away, and usually has not: fstat costs less than an fchmod that changes nothing.
  struct stat st;
  if (::fstat(fd.Get(), &st) != 0) return -errno;
  if ((st.st_mode & 07777) != kFileMode && ::fchmod(fd.Get(), kFileMode) != 0) return -errno;
  return fd.Release();
}

constexpr int kMaxHeld = 2;
std::mutex* held[kMaxHeld];
int held_count = 0;

void HoldAll() {
  for (int i = 0; i < held_count; ++i) held[i]->lock();
}

void ReleaseAll() {
  for (int i = held_count; i-- > 0;) held[i]->unlock();
}

}  // namespace

int MakeFile(const std::string& path, bool appending) {
  bool made;
  const int fd = Open(path.c_str(), O_CREAT | O_EXCL, appending, &made);
  if (fd < 0 && made) RemoveFileNow(path);
  return fd;
}

int MakeNamelessFile(const std::string& dir, bool appending) {
#ifdef O_TMPFILE
  // With O_EXCL, nobody can give it a name later.
  bool made;
  return Open(dir.c_str(), O_TMPFILE | O_EXCL, appending, &made);
#else
  (void)dir, (void)appending;
  return -ENOTSUP;
#endif
}

int MakePrivateDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) != 0) return -errno;
  struct stat st;
  int failure = 0;
  if (::lstat(path.c_str(), &st) != 0)
    failure = -errno;
  else if ((st.st_mode & kPermissions) != kDirectoryMode)
    failure = ChmodUnfollowed(AT_FDCWD, path.c_str(),
                              (st.st_mode & (S_ISGID | S_ISVTX)) | kDirectoryMode);
  if (failure != 0) ::rmdir(path.c_str());
  return failure;
}

int RemoveFileNow(const std::string& path) {
  return Retrying([&] { return ::unlink(path.c_str()); });
}

int64_t CurrentProcess() { return ::getpid(); }

void HoldDuringFork(std::mutex* mutex) {
  if (held_count == 0) ::pthread_atfork(HoldAll, ReleaseAll, ReleaseAll);
  if (held_count < kMaxHeld) held[held_count++] = mutex;
}

// On Linux, this is getrandom(2), which is never short or interrupted for so few bytes.
int RandomBytes(void* bytes, size_t size) { return ::getentropy(bytes, size) == 0 ? 0 : -errno; }

}  // namespace uvfiles
