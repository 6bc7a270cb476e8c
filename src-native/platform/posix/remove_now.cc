#include "core/remove_now.h"

#include <pthread.h>
#include <unistd.h>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

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
  return Retrying([&] { return ::unlink(path.c_str()); });
}

int64_t CurrentProcess() { return ::getpid(); }

void HoldDuringFork(std::mutex* mutex) {
  if (held_count == 0) ::pthread_atfork(HoldAll, ReleaseAll, ReleaseAll);
  if (held_count < kMaxHeld) held[held_count++] = mutex;
}

}  // namespace uvfiles
