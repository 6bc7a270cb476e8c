// io_uring beside threads with plain system calls, without JavaScript and without the library: the figures of
// docs/why-not-io_uring.md. Linux with liburing alone:
//
//   gcc -O2 -o /tmp/io_uring bench/native/io_uring.c -luring -lpthread && /tmp/io_uring DIRECTORY
//
// The ways to do one kind of work take turns. It prints medians of microseconds per operation, and in parentheses of the CPU
// time of all threads, those of the kernel for the ring among them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { kFiles = 256, kBlock = 4096, kWindow = 64, kDepth = 64, kThreads = 4, kRounds = 7 };
enum { kColdReads = 8192, kWarm = 40000 };
static const off_t kLarge = 1L << 30;

static char directory[3000];
static int large;
static off_t positions[kColdReads];
static char* buffers;
static struct statx stats[kDepth];
static atomic_int next_item;

static void Check(int ok, const char* what) {
  if (ok) return;
  perror(what);
  exit(1);
}

static const char* PathOf(int index, char* into) {
  snprintf(into, 4000, "%s/uring-%d", directory, index % kFiles);
  return into;
}

// ---- Plain system calls.

static void ReadWindow(int first, int count, int windows) {
  for (int i = first; windows && i < first + count; i++)
    posix_fadvise(large, positions[i], kBlock, POSIX_FADV_WILLNEED);
  char bytes[kBlock];
  for (int i = first; i < first + count; i++)
    Check(pread(large, bytes, kBlock, positions[i]) == kBlock, "pread");
}

static void* ColdWindows(void* unused) {
  for (int at; (at = atomic_fetch_add(&next_item, kWindow)) < kColdReads;) ReadWindow(at, kWindow, 1);
  return unused;
}

static void* ColdPlain(void* unused) {
  for (int at; (at = atomic_fetch_add(&next_item, 1)) < kColdReads;) ReadWindow(at, 1, 0);
  return unused;
}

static void* WarmStat(void* unused) {
  struct statx result;
  char path[4000];
  for (int at; (at = atomic_fetch_add(&next_item, 16)) < kWarm;)
    for (int i = at; i < at + 16; i++)
      Check(statx(AT_FDCWD, PathOf(i, path), 0, STATX_BASIC_STATS, &result) == 0, "statx");
  return unused;
}

static void* WarmWhole(void* unused) {
  char path[4000], bytes[kBlock];
  for (int at; (at = atomic_fetch_add(&next_item, 16)) < kWarm;)
    for (int i = at; i < at + 16; i++) {
      const int fd = open(PathOf(i, path), O_RDONLY | O_CLOEXEC);
      Check(fd >= 0 && read(fd, bytes, kBlock) == kBlock, path);
      close(fd);
    }
  return unused;
}

static void InThreads(void* (*work)(void*), int count) {
  pthread_t threads[kThreads];
  atomic_store(&next_item, 0);
  for (int i = 0; i < count; i++) Check(pthread_create(&threads[i], NULL, work, NULL) == 0, "pthread_create");
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

// ---- The ring: `prepare` puts the entries of one operation into it; kDepth operations are in flight.

static char paths[kDepth][4000];

static void PrepareRead(struct io_uring* ring, int item, int slot) {
  struct io_uring_sqe* entry = io_uring_get_sqe(ring);
  io_uring_prep_read(entry, large, buffers + slot * kBlock, kBlock, positions[item]);
  entry->user_data = slot;
}

static void PrepareStat(struct io_uring* ring, int item, int slot) {
  struct io_uring_sqe* entry = io_uring_get_sqe(ring);
  io_uring_prep_statx(entry, AT_FDCWD, PathOf(item, paths[slot]), 0, STATX_BASIC_STATS, &stats[slot]);
  entry->user_data = slot;
}

// Open, read and close wait for one another; the file has a slot of the ring instead of a descriptor.
static void PrepareWhole(struct io_uring* ring, int item, int slot) {
  struct io_uring_sqe* entry = io_uring_get_sqe(ring);
  io_uring_prep_openat_direct(entry, AT_FDCWD, PathOf(item, paths[slot]), O_RDONLY, 0, slot);
  entry->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  entry->user_data = slot;
  entry = io_uring_get_sqe(ring);
  io_uring_prep_read(entry, slot, buffers + slot * kBlock, kBlock, 0);
  entry->flags |= IOSQE_FIXED_FILE | IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
  entry->user_data = slot;
  entry = io_uring_get_sqe(ring);
  io_uring_prep_close_direct(entry, slot);
  entry->user_data = slot;
}

static void InRing(void (*prepare)(struct io_uring*, int, int), int total, int wanted) {
  struct io_uring ring;
  Check(io_uring_queue_init(4 * kDepth, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) == 0,
        "io_uring_queue_init");
  Check(io_uring_register_files_sparse(&ring, kDepth) == 0, "io_uring_register_files_sparse");
  int begun = 0, done = 0;
  for (; begun < kDepth; begun++) prepare(&ring, begun, begun);
  while (done < total) {
    io_uring_submit_and_wait(&ring, 1);
    struct io_uring_cqe* entry;
    unsigned head, seen = 0;
    io_uring_for_each_cqe(&ring, head, entry) {
      if (entry->res != wanted) {
        fprintf(stderr, "the ring gave %d\n", entry->res);
        exit(1);
      }
      seen++;
      done++;
      if (begun < total) prepare(&ring, begun++, (int)entry->user_data);
    }
    io_uring_cq_advance(&ring, seen);
  }
  io_uring_queue_exit(&ring);
}

// ---- What is compared.

static void RunColdWindows(void) { InThreads(ColdWindows, kThreads); }
static void RunColdPlain(void) { InThreads(ColdPlain, kThreads); }
static void RunColdRing(void) { InRing(PrepareRead, kColdReads, kBlock); }
static void RunStatOne(void) { InThreads(WarmStat, 1); }
static void RunStatFour(void) { InThreads(WarmStat, kThreads); }
static void RunStatRing(void) { InRing(PrepareStat, kWarm, 0); }
static void RunWholeOne(void) { InThreads(WarmWhole, 1); }
static void RunWholeFour(void) { InThreads(WarmWhole, kThreads); }
static void RunWholeRing(void) { InRing(PrepareWhole, kWarm, 0); }

static const struct {
  const char* work;
  const char* way;
  void (*run)(void);
  int total;
  int cold;
} ways[] = {
    {"cold 4 KiB reads", "4 threads, windows of 64", RunColdWindows, kColdReads, 1},
    {"cold 4 KiB reads", "4 threads", RunColdPlain, kColdReads, 1},
    {"cold 4 KiB reads", "ring, 64 in flight", RunColdRing, kColdReads, 1},
    {"warm statx", "1 thread", RunStatOne, kWarm, 0},
    {"warm statx", "4 threads", RunStatFour, kWarm, 0},
    {"warm statx", "ring, 64 in flight", RunStatRing, kWarm, 0},
    {"warm whole files", "1 thread", RunWholeOne, kWarm, 0},
    {"warm whole files", "4 threads", RunWholeFour, kWarm, 0},
    {"warm whole files", "ring, 64 in flight", RunWholeRing, kWarm, 0},
};
enum { kWays = sizeof(ways) / sizeof(ways[0]) };

static double Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double CpuTime(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int Ascending(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static void MakeFiles(void) {
  char path[4000], bytes[1 << 20];
  memset(bytes, 7, sizeof(bytes));
  for (int i = 0; i < kFiles; i++) {
    const int fd = open(PathOf(i, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    Check(fd >= 0 && write(fd, bytes, kBlock) == kBlock, path);
    close(fd);
  }
  snprintf(path, sizeof(path), "%s/uring-large", directory);
  large = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  for (off_t at = 0; at < kLarge; at += sizeof(bytes))
    Check(pwrite(large, bytes, sizeof(bytes), at) == sizeof(bytes), path);
  Check(fsync(large) == 0, "fsync");
  posix_fadvise(large, 0, 0, POSIX_FADV_RANDOM);
}

static void RemoveFiles(void) {
  char path[4000];
  for (int i = 0; i < kFiles; i++) unlink(PathOf(i, path));
  snprintf(path, sizeof(path), "%s/uring-large", directory);
  unlink(path);
}

int main(int argc, char** argv) {
  snprintf(directory, sizeof(directory), "%s", argc > 1 ? argv[1] : "/tmp");
  buffers = aligned_alloc(kBlock, kDepth * kBlock);
  MakeFiles();
  double time[kWays][kRounds], cpu[kWays][kRounds];
  for (int round = 0; round < kRounds; round++)
    for (int way = 0; way < kWays; way++) {
      if (ways[way].cold) {
        posix_fadvise(large, 0, 0, POSIX_FADV_DONTNEED);
        for (int i = 0; i < kColdReads; i++) positions[i] = (off_t)(random() % (kLarge / kBlock)) * kBlock;
      }
      const double start = Now(), used = CpuTime();
      ways[way].run();
      time[way][round] = (Now() - start) / ways[way].total;
      usleep(100000);  // The threads of a ring end some time after it, and are only counted then.
      cpu[way][round] = (CpuTime() - used) / ways[way].total;
    }
  RemoveFiles();
  for (int way = 0; way < kWays; way++) {
    qsort(time[way], kRounds, sizeof(double), Ascending);
    qsort(cpu[way], kRounds, sizeof(double), Ascending);
    printf("%-18s %-26s %6.2f (%.2f)  [%.2f-%.2f]\n", ways[way].work, ways[way].way, time[way][kRounds / 2],
           cpu[way][kRounds / 2], time[way][0], time[way][kRounds - 1]);
  }
  return 0;
}
