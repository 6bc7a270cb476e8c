#include "platform/thread.h"

#include <pthread.h>
#ifdef __linux__
#include <sched.h>
#endif
#include <signal.h>
#include <unistd.h>

#include <memory>

namespace uvfiles {
namespace platform {

namespace {

constexpr size_t kStackBytes = 256 * 1024;  // sanitizers need more than the code itself does

struct Start {
  const char* name;
  void (*body)(void*);
  void* argument;
};

void* run(void* given) {
  const std::unique_ptr<Start> start(static_cast<Start*>(given));
#ifdef __linux__
  ::pthread_setname_np(::pthread_self(), start->name);
#endif
  start->body(start->argument);
  return nullptr;
}

}  // namespace

int start_thread(const char* name, void (*body)(void*), void* argument) {
  auto start = std::make_unique<Start>(Start{name, body, argument});
  // A signal is for the threads that have handlers in mind; and it would only interrupt our waiting.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int failed = ::pthread_create(&thread, &attributes, run, start.get());
  ::pthread_attr_destroy(&attributes);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failed != 0) return -failed;
  start.release();
  return 0;
}

int processors() {
#ifdef __linux__
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : static_cast<int>(online);
}

}  // namespace platform
}  // namespace uvfiles
