// Preloaded into a program: umask(0123) changes the root of the process to $CHROOT_TO first, as an addon could at any time.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

mode_t umask(mode_t mask) {
  if (mask == 0123 && (chroot(getenv("CHROOT_TO")) != 0 || chdir("/") != 0)) abort();
  return ((mode_t(*)(mode_t))dlsym(RTLD_NEXT, "umask"))(mask);
}
