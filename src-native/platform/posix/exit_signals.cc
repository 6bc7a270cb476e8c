#include "core/exit_signals.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <string>
#include <vector>

#include "core/temp_calls.h"
#include "core/temp_registry.h"
#include "platform/posix/loaded_libraries.h"
#include "platform/thread.h"

namespace uvfiles {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
constexpr int kCount = 3;

// How often the thread installs missing handlers while something is registered. When the program's last listener is removed,
// libuv restores the default disposition, and there is no notification of that.
constexpr int kLookMs = 250;
// How long the process may take to end after the signal is raised again.
constexpr int kDeathMs = 2000;
constexpr size_t kStackBytes = 512 * 1024;

// What the handler reads is lock-free or was written before the handler was installed.
std::atomic<int> wake_fd{-1};
std::atomic<pid_t> thread_process{0};
struct sigaction earlier[kCount];

std::mutex mutex;  // guards the rest, and the dispositions against our own threads
TempRegistry* registry = nullptr;
int wake_read_fd = -1;
bool resting = false;    // the thread waits without a timeout
bool raising = false;    // a signal was raised again for the earlier disposition
bool unwatched = false;  // a listener was removed, and its signal may have the default disposition

// Calls the function that other copies of this library export as `name`. `own` is this copy's function, which is not called.
// Not for signal handlers.
void CallOtherCopies(const char* name, void (*own)()) {
  std::vector<void (*)()> called = {own};
  for (const std::string& library : LoadedLibraries()) {
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    const auto function = reinterpret_cast<void (*)()>(::dlsym(handle, name));
    bool known = function == nullptr;
    for (const auto each : called) known = known || each == function;
    if (!known) {
      called.push_back(function);
      function();
    }
    ::dlclose(handle);
  }
}

int IndexOf(int signum) {
  for (int i = 0; i < kCount; ++i)
    if (kSignals[i] == signum) return i;
  return -1;
}

extern "C" void OnExitSignal(int signum) {
  const int saved = errno;
  const int fd = wake_fd.load(std::memory_order_relaxed);
  if (::getpid() == thread_process.load(std::memory_order_relaxed) && fd >= 0) {
    const unsigned char byte = static_cast<unsigned char>(signum);
    // If the pipe is full, the thread is going to wake up anyway.
    [[maybe_unused]] const ssize_t written = ::write(fd, &byte, 1);
  } else {
    // A forked child has the handler, but not the thread. The earlier disposition handles the signal, which is blocked until
    // this handler returns.
    ::sigaction(signum, &earlier[IndexOf(signum)], nullptr);
    ::raise(signum);
  }
  errno = saved;
}

bool IsOurs(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == OnExitSignal;
}

// A handler that resets itself does something before the default disposition ends the process. Any other handler
// (libuv's) decides for itself.
bool LeadsToDeath(const struct sigaction& action) {
  if ((action.sa_flags & SA_SIGINFO) != 0) return (action.sa_flags & SA_RESETHAND) != 0;
  if (action.sa_handler == SIG_IGN) return false;
  return action.sa_handler == SIG_DFL || (action.sa_flags & SA_RESETHAND) != 0;
}

void InstallHandlers() {
  unwatched = false;
  for (int i = 0; i < kCount; ++i) {
    struct sigaction current;
    if (::sigaction(kSignals[i], nullptr, &current) != 0) continue;
    if (IsOurs(current) || !LeadsToDeath(current)) continue;
    earlier[i] = current;
    struct sigaction ours = {};
    ours.sa_handler = OnExitSignal;
    ours.sa_flags = SA_RESTART | SA_ONSTACK;
    sigfillset(&ours.sa_mask);
    struct sigaction replaced;
    if (::sigaction(kSignals[i], &ours, &replaced) != 0) continue;
    // The program may have added a listener between the two calls.
    if (!LeadsToDeath(replaced) && !IsOurs(replaced)) ::sigaction(kSignals[i], &replaced, nullptr);
  }
}

void Sleep(int milliseconds) {
  timespec pause = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
  while (::nanosleep(&pause, &pause) != 0 && errno == EINTR) {
  }
}

TempRegistry* Registry() {
  const std::lock_guard<std::mutex> lock(mutex);
  return registry;
}

}  // namespace

// Called by other copies of this library in the process (two versions in node_modules): one of them has its handler
// installed, and each of them may have files. Version 1 of this protocol.
extern "C" {
__attribute__((visibility("default"))) void uvfiles_prepare_to_die_v1() {
  TempRegistry* const own = Registry();
  if (own != nullptr) own->PrepareToDie();
}
__attribute__((visibility("default"))) void uvfiles_resume_v1() {
  TempRegistry* const own = Registry();
  if (own != nullptr) own->Resume();
}
}

namespace {

void DieOf(int signum) {
  registry->PrepareToDie();
  CallOtherCopies("uvfiles_prepare_to_die_v1", uvfiles_prepare_to_die_v1);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    raising = true;
    struct sigaction current;
    // If the program has added a listener meanwhile, the listener gets the signal.
    if (::sigaction(signum, nullptr, &current) == 0 && IsOurs(current))
      ::sigaction(signum, &earlier[IndexOf(signum)], nullptr);
  }
  ::kill(::getpid(), signum);
  Sleep(kDeathMs);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    raising = false;
  }
  registry->Resume();
  CallOtherCopies("uvfiles_resume_v1", uvfiles_resume_v1);
}

void RunThread(void*) {
  pollfd wake = {wake_read_fd, POLLIN, 0};
  // The thread rests only after an interval at whose end nothing was registered, so a program that makes one file after
  // another does not wake it for each file.
  bool quiet = false;
  for (;;) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      resting = quiet;
    }
    // From here on, the first entry sends the byte 0 to a resting thread.
    const bool rest = quiet && registry->size() == 0;
    const int ready = ::poll(&wake, 1, rest ? -1 : kLookMs);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      resting = false;
      if (ready == 0) InstallHandlers();
    }
    quiet = ready == 0;
    unsigned char byte;
    if (ready > 0 && ::read(wake_read_fd, &byte, 1) == 1 && byte != 0) DieOf(byte);
  }
}

bool OpenPipe(int fds[2]) {
#ifdef __linux__
  return ::pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0;
#else
  if (::pipe(fds) != 0) return false;
  for (int i = 0; i < 2; ++i) {
    ::fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    ::fcntl(fds[i], F_SETFL, O_NONBLOCK);
  }
  return true;
#endif
}

// Without the thread, no handler is installed: signals then end the process and leave its files behind.
bool StartThread(pid_t process) {
  static const bool prepared = (HoldDuringFork(&mutex), true);
  if (!prepared) return false;
  int fds[2];
  if (!OpenPipe(fds)) return false;
  wake_read_fd = fds[0];
  if (platform::StartThread("uvfiles-exit", RunThread, nullptr, kStackBytes) != 0) {
    ::close(fds[0]);
    ::close(fds[1]);
    return false;
  }
  wake_fd.store(fds[1], std::memory_order_relaxed);
  thread_process.store(process, std::memory_order_relaxed);
  return true;
}

}  // namespace

void WatchExitSignals(TempRegistry* owner, bool first_entry) {
  // If there was no descriptor for the thread's pipe, a later entry starts the thread.
  if (!first_entry && thread_process.load(std::memory_order_relaxed) != 0) return;
  const std::lock_guard<std::mutex> lock(mutex);
  registry = owner;
  const pid_t process = ::getpid();
  // The default disposition does not end process 1 (of a container): it would go on, but without its files.
  if (raising || process == 1) return;
  const bool running = thread_process.load(std::memory_order_relaxed) == process;
  if (!running && !StartThread(process)) return;
  // A thread that does not rest installs handlers by itself, but only after a while.
  if (running && !resting && !unwatched) return;
  InstallHandlers();
  if (!resting) return;
  resting = false;
  const unsigned char byte = 0;
  [[maybe_unused]] const ssize_t written =
      ::write(wake_fd.load(std::memory_order_relaxed), &byte, 1);
}

void RewatchExitSignals() {
  {
    // If nothing is registered now, the first entry installs the handlers.
    const std::lock_guard<std::mutex> lock(mutex);
    unwatched = true;
  }
  // The registry's lock is taken before this one, never after.
  if (TempRegistry::Shared().size() == 0) return;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!raising && thread_process.load(std::memory_order_relaxed) == ::getpid()) InstallHandlers();
}

unsigned long WatchedExitSignals() {
  unsigned long watched = 0;
  for (const int signum : kSignals) {
    struct sigaction current;
    if (::sigaction(signum, nullptr, &current) == 0 && IsOurs(current)) watched |= 1UL << signum;
  }
  return watched;
}

void ForgetExitSignalsThread() { thread_process.store(0, std::memory_order_relaxed); }

std::string ThisLibraryPath() {
  Dl_info info;
  const int found = ::dladdr(reinterpret_cast<void*>(&ThisLibraryPath), &info);
  return found != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

void PinThisLibrary() {
  const std::string path = ThisLibraryPath();
  if (!path.empty()) ::dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

}  // namespace uvfiles
