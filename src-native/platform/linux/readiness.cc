// epoll(7) with one report per registration (EPOLLONESHOT). If a file is also open under another descriptor, the kernel keeps
// its registration after a close. It then reports at most once more, and cannot keep the thread busy.
#include "platform/readiness.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "core/unique_fd.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr int kMostReports = 256;  // per system call

}  // namespace

struct ReadinessWaiter::State {
  UniqueFd epoll;
  UniqueFd woken;
  struct epoll_event reports[kMostReports];
};

ReadinessWaiter::ReadinessWaiter() : state_(std::make_unique<State>()) {}
ReadinessWaiter::~ReadinessWaiter() = default;

int ReadinessWaiter::Open() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return -errno;
  UniqueFd woken(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!woken) return -errno;
  struct epoll_event event = {};
  event.events = EPOLLIN;
  event.data.fd = woken.Get();
  if (::epoll_ctl(epoll.Get(), EPOLL_CTL_ADD, woken.Get(), &event) != 0) return -errno;
  state_->epoll = std::move(epoll);
  state_->woken = std::move(woken);
  return 0;
}

// EAGAIN would mean that the counter is at its limit, so the thread is being woken already.
void ReadinessWaiter::Wake() {
  const uint64_t one = 1;
  while (::write(state_->woken.Get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

ReadinessWaiter::Watched ReadinessWaiter::Watch(int fd, bool readable, bool writable) {
  struct epoll_event event = {};
  event.events = EPOLLONESHOT | (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  event.data.fd = fd;
  if (::epoll_ctl(state_->epoll.Get(), EPOLL_CTL_ADD, fd, &event) == 0) return Watched::kYes;
  if (errno == EEXIST && ::epoll_ctl(state_->epoll.Get(), EPOLL_CTL_MOD, fd, &event) == 0)
    return Watched::kYes;
  // ENOSPC: the user has reached the limit of watches (fs.epoll.max_user_watches).
  return errno == ENOSPC || errno == ENOMEM ? Watched::kRefused : Watched::kReady;
}

void ReadinessWaiter::Unwatch(int fd) {
  struct epoll_event event = {};
  ::epoll_ctl(state_->epoll.Get(), EPOLL_CTL_DEL, fd, &event);
}

void ReadinessWaiter::Wait(std::vector<Readiness>* ready, int timeout_ms) {
  ready->clear();
  const int count = ::epoll_wait(state_->epoll.Get(), state_->reports, kMostReports, timeout_ms);
  for (int i = 0; i < count; i++) {
    const struct epoll_event& report = state_->reports[i];
    if (report.data.fd == state_->woken.Get()) {
      uint64_t wakes;
      while (::read(state_->woken.Get(), &wakes, sizeof wakes) < 0 && errno == EINTR) {
      }
      continue;
    }
    const bool failed = (report.events & (EPOLLERR | EPOLLHUP)) != 0;
    ready->push_back({report.data.fd, failed || (report.events & EPOLLIN) != 0,
                      failed || (report.events & EPOLLOUT) != 0});
  }
}

}  // namespace platform
}  // namespace uvfiles
