// Uses kqueue(2), with one report per filter (EV_ONESHOT). Some devices (terminals, on some versions) cannot be added to
// it. The caller then checks them at intervals.
#include "platform/readiness.h"

#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>

#include <cerrno>

#include "core/unique_fd.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr int kMostReports = 256;  // per system call
constexpr uintptr_t kWakeIdent = 0;

}  // namespace

struct ReadinessWaiter::State {
  UniqueFd queue;
  struct kevent reports[kMostReports];

  // 0 or -errno.
  int Change(uintptr_t ident, int16_t filter, uint16_t flags, uint32_t filter_flags) {
    struct kevent change;
    EV_SET(&change, ident, filter, flags, filter_flags, 0, nullptr);
    while (::kevent(queue.Get(), &change, 1, nullptr, 0, nullptr) != 0) {
      if (errno != EINTR) return -errno;
    }
    return 0;
  }
};

ReadinessWaiter::ReadinessWaiter() : state_(std::make_unique<State>()) {}
ReadinessWaiter::~ReadinessWaiter() = default;

int ReadinessWaiter::Open() {
  state_->queue.Reset(::kqueue());
  if (!state_->queue) return -errno;
  ::fcntl(state_->queue.Get(), F_SETFD, FD_CLOEXEC);
  return state_->Change(kWakeIdent, EVFILT_USER, EV_ADD | EV_CLEAR, 0);
}

void ReadinessWaiter::Wake() { state_->Change(kWakeIdent, EVFILT_USER, 0, NOTE_TRIGGER); }

// What is not asked for any more may still be reported once.
ReadinessWaiter::Watched ReadinessWaiter::Watch(int fd, bool readable, bool writable) {
  const auto ident = static_cast<uintptr_t>(fd);
  int code = 0;
  if (readable) code = state_->Change(ident, EVFILT_READ, EV_ADD | EV_ONESHOT, 0);
  if (code == 0 && writable) code = state_->Change(ident, EVFILT_WRITE, EV_ADD | EV_ONESHOT, 0);
  if (code == 0) return Watched::kYes;
  return code == -EBADF ? Watched::kReady : Watched::kRefused;
}

void ReadinessWaiter::Unwatch(int fd) {
  const auto ident = static_cast<uintptr_t>(fd);
  state_->Change(ident, EVFILT_READ, EV_DELETE, 0);
  state_->Change(ident, EVFILT_WRITE, EV_DELETE, 0);
}

void ReadinessWaiter::Wait(std::vector<Readiness>* ready, int timeout_ms) {
  ready->clear();
  struct timespec timeout = {timeout_ms / 1000, (timeout_ms % 1000) * 1000000L};
  const int count = ::kevent(state_->queue.Get(), nullptr, 0, state_->reports, kMostReports,
                             timeout_ms < 0 ? nullptr : &timeout);
  for (int i = 0; i < count; i++) {
    const struct kevent& report = state_->reports[i];
    if (report.filter == EVFILT_USER) continue;
    ready->push_back({static_cast<int>(report.ident), report.filter == EVFILT_READ,
                      report.filter == EVFILT_WRITE});
  }
}

}  // namespace platform
}  // namespace uvfiles
