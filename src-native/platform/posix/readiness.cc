// poll(2): its cost grows with the number of descriptors, but it takes every kind of them, and twice the same one.
#include "platform/readiness.h"

#include <poll.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "core/unique_fd.h"
#include "platform/posix/retry.h"
#include "platform/posix/wake_channel.h"

namespace uvfiles {
namespace platform {

namespace {

short events_for(bool for_write) { return for_write ? POLLOUT : POLLIN; }

// poll(2) refuses more entries than RLIMIT_NOFILE, which a program may lower: then one at a time, with a pause.
void wait_singly(std::vector<Readiness>* entries) {
  for (Readiness& entry : *entries) entry.ready = is_ready(entry.fd, entry.for_write);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace

struct ReadinessWaiter::State {
  UniqueFd read_end;
  UniqueFd write_end;  // empty where one descriptor is both
  int waker = -1;
  std::vector<struct pollfd> polled;
};

ReadinessWaiter::ReadinessWaiter() : state_(std::make_unique<State>()) {}
ReadinessWaiter::~ReadinessWaiter() = default;

int ReadinessWaiter::open() {
  int read_end = -1;
  int write_end = -1;
  const int status = open_wake_channel(&read_end, &write_end);
  if (status < 0) return status;
  state_->read_end.reset(read_end);
  if (write_end != read_end) state_->write_end.reset(write_end);
  state_->waker = write_end;
  return 0;
}

void ReadinessWaiter::wake() { signal_wake_channel(state_->waker); }

void ReadinessWaiter::wait(std::vector<Readiness>* entries, int timeout_ms) {
  std::vector<struct pollfd>& polled = state_->polled;
  polled.clear();
  polled.push_back({state_->read_end.get(), POLLIN, 0});
  for (Readiness& entry : *entries) {
    entry.ready = false;
    polled.push_back({entry.fd, events_for(entry.for_write), 0});
  }
  const int count = ::poll(polled.data(), polled.size(), timeout_ms);
  if (count < 0 && errno != EINTR) wait_singly(entries);
  if (count <= 0) return;
  for (size_t i = 0; i < entries->size(); i++) (*entries)[i].ready = polled[i + 1].revents != 0;
  if (polled[0].revents != 0) drain_wake_channel(state_->read_end.get());
}

bool is_ready(int fd, bool for_write) {
  struct pollfd entry = {fd, events_for(for_write), 0};
  return Retrying([&] { return ::poll(&entry, 1, 0); }) > 0;
}

}  // namespace platform
}  // namespace uvfiles
