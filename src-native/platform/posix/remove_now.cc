#include "core/remove_now.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "core/tasks/remove_tree.h"

namespace uvfiles {

namespace {

constexpr int kMaxStarved = 500;  // rounds of 2 ms

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

int RemoveFileNow(const std::string& path) {
  int result;
  do {
    result = ::unlink(path.c_str());
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : -errno;
}

void RemoveTreeNow(const std::string& path) {
  TaskArguments arguments;
  arguments.bytes.push_back(path);
  arguments.numbers.push_back(kForce | kIgnoreErrors | kMissingIsFine);
  RemoveTree task(std::move(arguments));
  // Ready and empty: out of descriptors. Others may still be closing theirs, but the process cannot wait for long.
  for (int starved = 0; starved < kMaxStarved && task.Run(Slice()) != Step::kDone; ++starved) {
    const timespec pause = {0, 2000000};
    ::nanosleep(&pause, nullptr);
  }
}

int64_t CurrentProcess() { return ::getpid(); }

void HoldDuringFork(std::mutex* mutex) {
  if (held_count == 0) ::pthread_atfork(HoldAll, ReleaseAll, ReleaseAll);
  if (held_count < kMaxHeld) held[held_count++] = mutex;
}

}  // namespace uvfiles
