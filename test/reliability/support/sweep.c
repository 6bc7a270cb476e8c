/* Preloaded: makes the Nth call of the addon into libc fail, and no call of anybody else. UVFILES_SWEEP names a file that holds
 * a struct control, through which the program arms it, and learns how many calls there were. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ERROR = 0, SHORT = 1, ZERO = 2 };

struct control {
  int32_t armed;
  int32_t nth;    /* the first call that fails, from 1 */
  int32_t action; /* ERROR with this errno, or fewer bytes than asked for */
  int32_t error;
  int32_t persistent; /* every later call of the same function fails, too */
  int32_t memory;     /* count allocations of at least so many bytes, instead of calls */
  _Atomic int32_t seen;
  _Atomic int32_t injected;
  char first[40]; /* the function that failed first */
};

static struct control* control;
static uintptr_t begin, end; /* of the addon's code */

__attribute__((constructor)) static void map(void) {
  const char* file = getenv("UVFILES_SWEEP");
  if (file == NULL) return;
  long fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (memory != MAP_FAILED) control = memory;
}

static int find(struct dl_phdr_info* info, size_t size, void* data) {
  (void)size, (void)data;
  if (strstr(info->dlpi_name, "uvfiles.node") == NULL) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)* part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    begin = info->dlpi_addr + part->p_vaddr;
    end = begin + part->p_memsz;
  }
  return 1;
}

static int is_ours(void* caller) {
  if (control == NULL || !control->armed) return 0;
  if (end == 0) dl_iterate_phdr(find, NULL);
  return (uintptr_t)caller >= begin && (uintptr_t)caller < end;
}

/* The call fails if this returns true. */
static int counts(const char* name) {
  int seen = atomic_fetch_add(&control->seen, 1) + 1;
  if (seen < control->nth) return 0;
  if (seen == control->nth)
    snprintf(control->first, sizeof control->first, "%s", name);
  else if (!control->persistent || strcmp(control->first, name) != 0)
    return 0;
  atomic_fetch_add(&control->injected, 1);
  return 1;
}

/* Wake-ups through eventfds, pipes and epoll are not calls on files. */
static int is_file(int fd) {
  struct stat status;
  if (fd < 0) return 1;
  if (syscall(SYS_fstat, fd, &status) != 0) return 0;
  return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

static int fails(const char* name, void* caller, int fd, size_t* count) {
  if (!is_ours(caller) || control->memory || !is_file(fd)) return 0;
  if (control->action != ERROR && count == NULL) return 0;
  /* A read of no bytes is the end of the file, not a fault. */
  if (control->action == ZERO && (strstr(name, "read") != NULL || strstr(name, "file") != NULL))
    return 0;
  if (!counts(name)) return 0;
  if (control->action == SHORT && *count > 1) *count /= 2;
  if (control->action == ZERO) *count = 0;
  if (control->action != ERROR) return 0;
  errno = control->error;
  return 1;
}

#define CALLER __builtin_return_address(0)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRAP(type, failure, name, fd, parameters, ...)  \
  type name parameters {                                \
    static __typeof__(&name) real;                      \
    if (real == NULL) real = REAL(name);                \
    if (fails(#name, CALLER, fd, NULL)) return failure; \
    return real(__VA_ARGS__);                           \
  }
#define WRAP_COUNT(name, parameters, ...)            \
  ssize_t name parameters {                          \
    static __typeof__(&name) real;                   \
    if (real == NULL) real = REAL(name);             \
    if (fails(#name, CALLER, fd, &count)) return -1; \
    return real(__VA_ARGS__);                        \
  }

WRAP_COUNT(read, (int fd, void* data, size_t count), fd, data, count)
WRAP_COUNT(write, (int fd, const void* data, size_t count), fd, data, count)
WRAP_COUNT(pread64, (int fd, void* data, size_t count, off64_t at), fd, data, count, at)
WRAP_COUNT(pwrite64, (int fd, const void* data, size_t count, off64_t at), fd, data, count, at)
WRAP(int, -1, fchownat, -1, (int at, const char* path, uid_t user, gid_t group, int flags), at, path,
     user, group, flags)
WRAP(int, -1, chmod, -1, (const char* path, mode_t mode), path, mode)
WRAP(int, -1, flock, fd, (int fd, int operation), fd, operation)
WRAP(int, -1, fstatfs64, fd, (int fd, struct statfs64* to), fd, to)
WRAP(int, -1, fstatvfs64, fd, (int fd, struct statvfs64* to), fd, to)
WRAP(int, -1, statvfs64, -1, (const char* path, struct statvfs64* to), path, to)
WRAP(int, -1, mknodat, -1, (int at, const char* path, mode_t mode, dev_t device), at, path, mode,
     device)
WRAP(int, -1, mkfifoat, -1, (int at, const char* path, mode_t mode), at, path, mode)
WRAP(ssize_t, -1, flistxattr, fd, (int fd, char* names, size_t size), fd, names, size)
WRAP(ssize_t, -1, fgetxattr, fd, (int fd, const char* name, void* to, size_t size), fd, name, to,
     size)
WRAP(int, -1, fsetxattr, fd, (int fd, const char* name, const void* value, size_t size, int flags),
     fd, name, value, size, flags)
WRAP(ssize_t, -1, lgetxattr, -1, (const char* path, const char* name, void* to, size_t size), path,
     name, to, size)
WRAP(ssize_t, -1, getxattr, -1, (const char* path, const char* name, void* to, size_t size), path,
     name, to, size)
WRAP(int, -1, setxattr, -1,
     (const char* path, const char* name, const void* value, size_t size, int flags), path, name,
     value, size, flags)
WRAP(ssize_t, -1, listxattr, -1, (const char* path, char* names, size_t size), path, names, size)
WRAP(int, -1, removexattr, -1, (const char* path, const char* name), path, name)
WRAP_COUNT(sendfile64, (int to, int fd, off64_t* at, size_t count), to, fd, at, count)
WRAP(int, -1, fsync, fd, (int fd), fd)
WRAP(int, -1, fdatasync, fd, (int fd), fd)
WRAP(int, -1, syncfs, fd, (int fd), fd)
WRAP(int, -1, ftruncate64, fd, (int fd, off64_t size), fd, size)
WRAP(int, -1, truncate64, -1, (const char* path, off64_t size), path, size)
WRAP(off64_t, -1, lseek64, fd, (int fd, off64_t at, int whence), fd, at, whence)
WRAP(int, -1, fstat64, fd, (int fd, struct stat64* to), fd, to)
WRAP(int, -1, lstat64, -1, (const char* path, struct stat64* to), path, to)
WRAP(int, -1, stat64, -1, (const char* path, struct stat64* to), path, to)
WRAP(int, -1, fstatat64, -1, (int at, const char* path, struct stat64* to, int flags), at, path, to,
     flags)
WRAP(int, -1, statx, -1, (int at, const char* path, int flags, unsigned mask, struct statx* to), at,
     path, flags, mask, to)
WRAP(int, -1, access, -1, (const char* path, int mode), path, mode)
WRAP(int, -1, faccessat, -1, (int at, const char* path, int mode, int flags), at, path, mode, flags)
WRAP(ssize_t, -1, readlink, -1, (const char* path, char* to, size_t size), path, to, size)
WRAP(ssize_t, -1, readlinkat, -1, (int at, const char* path, char* to, size_t size), at, path, to,
     size)
WRAP(char*, NULL, realpath, -1, (const char* path, char* to), path, to)
WRAP(int, -1, mkdir, -1, (const char* path, mode_t mode), path, mode)
WRAP(int, -1, mkdirat, -1, (int at, const char* path, mode_t mode), at, path, mode)
WRAP(int, -1, rmdir, -1, (const char* path), path)
WRAP(int, -1, unlink, -1, (const char* path), path)
WRAP(int, -1, unlinkat, -1, (int at, const char* path, int flags), at, path, flags)
WRAP(int, -1, rename, -1, (const char* from, const char* to), from, to)
WRAP(int, -1, renameat, -1, (int a, const char* from, int b, const char* to), a, from, b, to)
WRAP(int, -1, link, -1, (const char* from, const char* to), from, to)
WRAP(int, -1, linkat, -1, (int a, const char* from, int b, const char* to, int flags), a, from, b,
     to, flags)
WRAP(int, -1, symlink, -1, (const char* target, const char* path), target, path)
WRAP(int, -1, symlinkat, -1, (const char* target, int at, const char* path), target, at, path)
WRAP(int, -1, fchmod, fd, (int fd, mode_t mode), fd, mode)
WRAP(int, -1, fchown, fd, (int fd, uid_t user, gid_t group), fd, user, group)
WRAP(int, -1, futimens, fd, (int fd, const struct timespec times[2]), fd, times)
WRAP(int, -1, utimensat, -1, (int at, const char* path, const struct timespec times[2], int flags),
     at, path, times, flags)
WRAP(DIR*, NULL, opendir, -1, (const char* path), path)
WRAP(DIR*, NULL, fdopendir, fd, (int fd), fd)
WRAP(struct dirent64*, NULL, readdir64, -1, (DIR * directory), directory)

int close(int fd) {
  static __typeof__(&close) real;
  if (real == NULL) real = REAL(close);
  int failed = fails("close", CALLER, fd, NULL);
  int result = real(fd); /* the descriptor is gone, whatever close reports */
  if (!failed) return result;
  errno = control->error;
  return -1;
}

#define MODE(last)                    \
  va_list rest;                       \
  va_start(rest, last);               \
  mode_t mode = va_arg(rest, mode_t); \
  va_end(rest)

int open64(const char* path, int flags, ...) {
  MODE(flags);
  if (fails("open", CALLER, -1, NULL)) return -1;
  return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int open(const char* path, int flags, ...) {
  MODE(flags);
  if (fails("open", CALLER, -1, NULL)) return -1;
  return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int openat64(int at, const char* path, int flags, ...) {
  MODE(flags);
  if (fails("openat", CALLER, -1, NULL)) return -1;
  return syscall(SYS_openat, at, path, flags, mode);
}
int fcntl64(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (fails("fcntl", CALLER, fd, NULL)) return -1;
  return syscall(SYS_fcntl, fd, command, argument);
}

/* Calls for which old libraries have no wrapper. */
long syscall(long number, ...) {
  static long (*real)(long, ...);
  va_list rest;
  long a[6];
  if (real == NULL) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  va_start(rest, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  int failed = 0;
  if (number == SYS_openat2) failed = fails("openat2", CALLER, -1, NULL);
  if (number == SYS_renameat2) failed = fails("renameat2", CALLER, -1, NULL);
  if (number == SYS_faccessat2) failed = fails("faccessat2", CALLER, -1, NULL);
  if (number == SYS_getdents64) failed = fails("getdents64", CALLER, (int)a[0], NULL);
  if (number == SYS_copy_file_range)
    failed = fails("copy_file_range", CALLER, (int)a[0], (size_t*)&a[4]);
  return failed ? -1 : real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (fails("ioctl", CALLER, fd, NULL)) return -1;
  return syscall(SYS_ioctl, fd, request, argument);
}

void* malloc(size_t size) {
  static void* (*real)(size_t);
  if (real == NULL) real = (void* (*)(size_t))dlsym(RTLD_NEXT, "malloc");
  if (is_ours(CALLER) && control->memory && size >= (size_t)control->memory && counts("malloc")) {
    errno = ENOMEM;
    return NULL;
  }
  return real(size);
}
