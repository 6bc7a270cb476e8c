#include "test/simulation/kernel.h"

#include <uv.h>

#include <algorithm>
#include <map>
#include <string>

#include "core/exit_signals.h"
#include "platform/cached.h"
#include "platform/readiness.h"
#include "platform/thread.h"
#include "test/simulation/scheduler.h"

namespace uvfiles {

namespace simulation {

Kernel kernel;

Fate& FateOf(const Operation& operation) { return kernel.fates[operation.slot]; }

namespace {

Performed WaitFor(Operation& operation, int fd, uint64_t due_ns) {
  if (!operation.poll) operation.poll = std::make_unique<PollState>();
  PollState& poll = *operation.poll;
  poll.waiter.fd = fd;
  poll.waiter.for_write = operation.kind == OpKind::kWrite;
  poll.waiter.due_ns = due_ns;
  poll.counts_as_waiting = due_ns != 0;
  return Performed::kWaits;
}

Performed Play(Operation& operation, Fate& fate) {
  operation.result = 0;
  switch (fate.act) {
    case Act::kQuick:
      return Performed::kDone;
    case Act::kSlow:
      Sleep(1000 + Random(3 * 1000 * 1000));
      return Performed::kDone;
    case Act::kFails:
      operation.result = UV_EIO;
      return Performed::kDone;
    case Act::kHangs:
      fate.hangs_now = true;
      kernel.hanging.push_back(operation.slot);
      while (fate.hangs_now) Block(&fate);
      return Performed::kDone;
    case Act::kSteps:
      Sleep(1000 + Random(400 * 1000));
      return fate.left-- > 0 ? Performed::kAgain : Performed::kDone;
    case Act::kWaits:
      if (fate.left == 0) return Performed::kDone;
      if (kernel.tokens[fate.fd] == 0) return WaitFor(operation, fate.fd, 0);
      kernel.tokens[fate.fd]--;
      return --fate.left > 0 ? WaitFor(operation, fate.fd, 0) : Performed::kDone;
    case Act::kWaitsDue:
      if (fate.left-- == 0) return Performed::kDone;
      return WaitFor(operation, -1, Clock() + Random(5 * 1000 * 1000));
  }
  return Performed::kDone;
}

}  // namespace

void Release(uint32_t index) {
  Fate& fate = kernel.fates[index];
  fate.hangs_now = false;
  kernel.hanging.erase(std::find(kernel.hanging.begin(), kernel.hanging.end(), index));
  Unblock(&fate);
}

}  // namespace simulation

// --- what core/ calls -------------------------------------------------------------------------------------------------

Performed Perform(Operation& operation, uint64_t) {
  simulation::Fate& fate = simulation::FateOf(operation);
  if (fate.settled) simulation::Fail("operation %u is performed after its end", operation.slot);
  if (fate.gave_up) simulation::Fail("operation %u is performed, though cancelled", operation.slot);
  if (fate.in_kernel) simulation::Fail("operation %u is performed twice at once", operation.slot);
  fate.in_kernel = true;
  fate.performed = true;
  if (operation.details != nullptr) operation.details->own.fd = -1;
  if (++simulation::kernel.performing >
      simulation::kernel.most_permits + simulation::kernel.helpers)
    simulation::Fail("more jobs run than there are permits");
  simulation::Step();
  const Performed performed = simulation::Play(operation, fate);
  fate.in_kernel = false;
  simulation::kernel.performing--;
  return performed;
}

void GiveUp(Operation& operation, int code, bool) {
  operation.result = code;
  if (operation.details != nullptr) operation.details->own.fd = -1;
}

void PinThisLibrary() {}

namespace platform {

void WillNeed(int, int64_t, size_t) {}
bool KnowsMounts() { return simulation::kernel.knows_mounts; }
std::shared_ptr<const MountTable> KnownMounts() {
  // Its content is not read.
  return simulation::OneIn(5) ? nullptr
                              : std::shared_ptr<const MountTable>(
                                    std::shared_ptr<int>(),
                                    reinterpret_cast<const MountTable*>(&simulation::kernel));
}
void WantMounts() {}
// Local files: the disk takes a while, and never hangs.
int OpenAhead(const MountTable&, const char*, int, bool* cold) {
  simulation::Sleep(1000 + simulation::Random(100 * 1000));
  *cold = simulation::OneIn(2);
  return simulation::OneIn(4) ? UV_ENOENT : static_cast<int>(simulation::Random(3));
}
int Processors() { return simulation::OneIn(8) ? 1 : 2; }
int CountThreads(const char*) { return -1; }
bool InitialEnvironment(const char*, std::string*) { return false; }

int StartThread(const char* name, void (*body)(void*), void* argument, size_t) {
  const bool helper = std::string(name) == "uvfiles-extra";
  if (helper && simulation::kernel.helper_fails && simulation::OneIn(2)) return UV_EAGAIN;
  if (helper) simulation::kernel.helpers++;
  simulation::Start(helper ? "helper" : "poller", [=] {
    body(argument);
    if (helper) simulation::kernel.helpers--;
  });
  return 0;
}

struct ReadinessWaiter::State {
  struct Wanted {
    bool readable, writable;
  };
  std::map<int, Wanted> watched;
  bool woken = false;
};

namespace {

// The process has one poller, and therefore one of these.
ReadinessWaiter* waiter = nullptr;

}  // namespace

ReadinessWaiter::ReadinessWaiter() : state_(std::make_unique<State>()) { waiter = this; }
ReadinessWaiter::~ReadinessWaiter() { waiter = nullptr; }
int ReadinessWaiter::Open() { return 0; }

void ReadinessWaiter::Wake() {
  simulation::Step();
  state_->woken = true;
  simulation::Unblock(&simulation::kernel.tokens);
}

// A descriptor that is ready is reported, as epoll does.
ReadinessWaiter::Watched ReadinessWaiter::Watch(int fd, bool readable, bool writable) {
  simulation::Step();
  if (!simulation::kernel.reports_truly && simulation::OneIn(50)) return Watched::kRefused;
  state_->watched[fd] = {readable, writable};
  if (simulation::kernel.tokens[fd] > 0) simulation::Unblock(&simulation::kernel.tokens);
  return Watched::kYes;
}

void ReadinessWaiter::Unwatch(int fd) {
  simulation::Step();
  state_->watched.erase(fd);
}

void ReadinessWaiter::Wait(std::vector<Readiness>* ready, int timeout_ms) {
  ready->clear();
  const uint64_t until = timeout_ms < 0
                             ? UINT64_MAX
                             : simulation::Clock() + static_cast<uint64_t>(timeout_ms) * 1000000;
  for (;;) {
    for (auto it = state_->watched.begin(); it != state_->watched.end();) {
      const bool report = simulation::kernel.tokens[it->first] > 0 ||
                          (!simulation::kernel.reports_truly && simulation::OneIn(100));
      if (report) ready->push_back({it->first, it->second.readable, it->second.writable});
      it = report ? state_->watched.erase(it) : std::next(it);
    }
    if (!ready->empty() || state_->woken) break;
    const uint64_t now = simulation::Clock();
    if (now >= until) break;
    simulation::BlockFor(&simulation::kernel.tokens,
                         until == UINT64_MAX ? UINT64_MAX : until - now);
  }
  state_->woken = false;
  simulation::Step();
}

}  // namespace platform

namespace simulation {

void MakeReady(int fd) {
  kernel.tokens[static_cast<size_t>(fd)]++;
  Unblock(&kernel.tokens);
}

}  // namespace simulation
}  // namespace uvfiles
