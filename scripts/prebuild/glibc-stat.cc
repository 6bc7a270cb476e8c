// zig 0.11 has its own copies of glibc's stat and mknod functions from before 2.33, which do not set errno: a failed stat
// could pass for a success with an empty result. These functions replace them. On 64-bit Linux, stat and stat64 share one
// structure.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct stat;
struct stat64;

namespace {

int ask(int directory, const char* path, void* to, int flags) {
  return static_cast<int>(::syscall(SYS_newfstatat, directory, path, to, flags));
}

int make(int directory, const char* path, unsigned mode, unsigned long device) {
  return static_cast<int>(::syscall(SYS_mknodat, directory, path, mode, device));
}

}  // namespace

extern "C" {
int stat(const char* path, struct stat* to) { return ask(AT_FDCWD, path, to, 0); }
int stat64(const char* path, struct stat64* to) { return ask(AT_FDCWD, path, to, 0); }
int lstat(const char* path, struct stat* to) {
  return ask(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}
int lstat64(const char* path, struct stat64* to) {
  return ask(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}
int fstat(int fd, struct stat* to) { return static_cast<int>(::syscall(SYS_fstat, fd, to)); }
int fstat64(int fd, struct stat64* to) { return static_cast<int>(::syscall(SYS_fstat, fd, to)); }
int fstatat(int at, const char* path, struct stat* to, int flags) {
  return ask(at, path, to, flags);
}
int fstatat64(int at, const char* path, struct stat64* to, int flags) {
  return ask(at, path, to, flags);
}
int mknod(const char* path, unsigned mode, unsigned long device) {
  return make(AT_FDCWD, path, mode, device);
}
int mknodat(int at, const char* path, unsigned mode, unsigned long device) {
  return make(at, path, mode, device);
}
}
