/* Preloaded before libc: makes chosen system calls on chosen files fail, return short, or wait for a gate.
 *
 * UVFILES_FAULTS holds rules parted by ';', each CALL,MATCH,AFTER,TIMES,ACTION:
 *   CALL    read pread write pwrite fsync fdatasync close open ftruncate lseek
 *   MATCH   part of the file's path
 *   AFTER   calls that pass before the rule applies        TIMES   calls that it applies to
 *   ACTION  eNUMBER   fail with this errno      sNUMBER  move at most so many bytes
 *           EINTR's own close is still done, as Linux does     gPATH  make PATH.reached, then wait until PATH exists
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define MOST_RULES 16

struct rule {
  char call[16], match[256], action[256];
  int after, times;
  atomic_int seen;
};
static struct rule rules[MOST_RULES];
static int rule_count;

__attribute__((constructor)) static void parse(void) {
  const char *text = getenv("UVFILES_FAULTS");
  if (text == NULL) return;
  char *copy = strdup(text), *save = NULL;
  for (char *each = strtok_r(copy, ";", &save); each && rule_count < MOST_RULES; each = strtok_r(NULL, ";", &save)) {
    struct rule *rule = &rules[rule_count];
    if (sscanf(each, "%15[^,],%255[^,],%d,%d,%255s", rule->call, rule->match, &rule->after, &rule->times,
               rule->action) == 5)
      rule_count++;
  }
  free(copy);
}

static int exists(const char *path) {
  struct stat status;
  return syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0) == 0;
}

static void wait_at(const char *gate) {
  char reached[300];
  snprintf(reached, sizeof reached, "%s.reached", gate);
  long fd = syscall(SYS_openat, AT_FDCWD, reached, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
  if (fd >= 0) syscall(SYS_close, fd);
  while (!exists(gate)) usleep(2000);
}

/* 0: go on (perhaps with a smaller count); else the errno to fail with. */
static int apply(const char *call, int fd, const char *path, size_t *count) {
  if (rule_count == 0) return 0;
  char link[64], target[512];
  if (path == NULL) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
    if (length <= 0) return 0;
    target[length] = 0;
    path = target;
  }
  for (int i = 0; i < rule_count; i++) {
    struct rule *rule = &rules[i];
    if (strcmp(rule->call, call) != 0 || strstr(path, rule->match) == NULL) continue;
    int seen = atomic_fetch_add(&rule->seen, 1);
    if (seen < rule->after || seen >= rule->after + rule->times) continue;
    if (rule->action[0] == 'e') return atoi(rule->action + 1);
    if (rule->action[0] == 'g') wait_at(rule->action + 1);
    if (rule->action[0] == 's' && count && *count > (size_t)atoll(rule->action + 1)) *count = atoll(rule->action + 1);
  }
  return 0;
}

#define FAIL_IF(call, fd, path, count)                   \
  do {                                                   \
    int code = apply(call, fd, path, count);             \
    if (code != 0) {                                     \
      errno = code;                                      \
      return -1;                                         \
    }                                                    \
  } while (0)
#define NEXT(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t read(int fd, void *data, size_t count) {
  FAIL_IF("read", fd, NULL, &count);
  return syscall(SYS_read, fd, data, count);
}
ssize_t write(int fd, const void *data, size_t count) {
  FAIL_IF("write", fd, NULL, &count);
  return syscall(SYS_write, fd, data, count);
}
ssize_t pread64(int fd, void *data, size_t count, off64_t at) {
  FAIL_IF("pread", fd, NULL, &count);
  return syscall(SYS_pread64, fd, data, count, at);
}
ssize_t pread(int fd, void *data, size_t count, off_t at) { return pread64(fd, data, count, at); }
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at) {
  FAIL_IF("pwrite", fd, NULL, &count);
  return syscall(SYS_pwrite64, fd, data, count, at);
}
ssize_t pwrite(int fd, const void *data, size_t count, off_t at) { return pwrite64(fd, data, count, at); }
int fsync(int fd) {
  FAIL_IF("fsync", fd, NULL, NULL);
  return syscall(SYS_fsync, fd);
}
int fdatasync(int fd) {
  FAIL_IF("fdatasync", fd, NULL, NULL);
  return syscall(SYS_fdatasync, fd);
}
int ftruncate64(int fd, off64_t size) {
  FAIL_IF("ftruncate", fd, NULL, NULL);
  return syscall(SYS_ftruncate, fd, size);
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }
int close(int fd) {
  int code = apply("close", fd, NULL, NULL);
  int result = NEXT(int, "close", int)(fd); /* the descriptor is gone, whatever close reports */
  if (code == 0) return result;
  errno = code;
  return -1;
}
static int open_for(const char *path, int flags, mode_t mode) {
  FAIL_IF("open", -1, path, NULL);
  return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  return open_for(path, flags, mode);
}
int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  return open_for(path, flags, mode);
}
