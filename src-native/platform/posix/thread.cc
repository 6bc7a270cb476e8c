#include "platform/thread.h"

#include <pthread.h>
#ifdef __linux__
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#endif
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "core/unique_fd.h"

namespace uvfiles {
namespace platform {

namespace {

struct Start {
  const char* name;
  void (*body)(void*);
  void* argument;
};

void* Run(void* given) {
  const std::unique_ptr<Start> start(static_cast<Start*>(given));
#ifdef __linux__
  ::pthread_setname_np(::pthread_self(), start->name);
#endif
  start->body(start->argument);
  return nullptr;
}

}  // namespace

int StartThread(const char* name, void (*body)(void*), void* argument, size_t stack_bytes) {
  auto start = std::make_unique<Start>(Start{name, body, argument});
  // Signals are for the program's own threads. Here they would only interrupt a wait.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread;
  const int failed = ::pthread_create(&thread, &attributes, Run, start.get());
  ::pthread_attr_destroy(&attributes);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (failed != 0) return -failed;
  start.release();
  return 0;
}

#ifdef __linux__
namespace {

std::string ContentOf(const std::string& path) {
  std::string content;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char part[4096];
  for (ssize_t count; file && (count = ::read(file.Get(), part, sizeof part)) > 0;)
    content.append(part, static_cast<size_t>(count));
  return content;
}

}  // namespace
#endif

int CountThreads(const char* name) {
#ifdef __linux__
  DIR* const tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return -1;
  int count = 0;
  while (const struct dirent* const task = ::readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    if (name == nullptr) {
      count++;
      continue;
    }
    if (ContentOf("/proc/self/task/" + std::string(task->d_name) + "/comm") ==
        name + std::string("\n"))
      count++;
  }
  ::closedir(tasks);
  return count;
#else
  (void)name;
  return -1;
#endif
}

bool InitialEnvironment(const char* name, std::string* value) {
#ifdef __linux__
  const std::string environment = ContentOf("/proc/self/environ");
  const std::string wanted = std::string(name) + "=";
  for (size_t at = 0; at < environment.size();) {
    const char* const each = environment.c_str() + at;
    if (wanted.compare(0, wanted.size(), each, std::min(std::strlen(each), wanted.size())) == 0) {
      *value = each + wanted.size();
      return true;
    }
    at += std::strlen(each) + 1;
  }
#else
  (void)name, (void)value;
#endif
  return false;
}

int Processors() {
#ifdef __linux__
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : static_cast<int>(online);
}

}  // namespace platform
}  // namespace uvfiles
