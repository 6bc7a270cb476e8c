// Waits for descriptors to become readable or writable, on a thread of its own (core/poller.h).
#pragma once

#include <memory>
#include <vector>

namespace uvfiles {
namespace platform {

struct Readiness {
  int fd;
  bool readable;  // both also on an error or a hang-up, which the transfer that follows tells
  bool writable;
};

// Waits for many descriptors at once. With epoll and kqueue, the cost per report does not depend on their number.
// Thread safety: one thread calls `Wait`. The others may be called from any thread, but `Watch` and `Unwatch` only one
// at a time.
class ReadinessWaiter {
 public:
  enum class Watched : uint8_t {
    kYes,
    kReady,    // the system does not wait for descriptors of this kind: the transfer tells
    kRefused,  // it cannot be waited for at the moment: to be looked at again
  };

  ReadinessWaiter();
  ~ReadinessWaiter();
  ReadinessWaiter(const ReadinessWaiter&) = delete;
  ReadinessWaiter& operator=(const ReadinessWaiter&) = delete;

  // 0, or why there is no descriptor to wait with.
  int Open();
  // Ends the current `Wait`, or else the next one. Does not block.
  void Wake();
  // Asks for one report on `fd`, instead of what was asked for before. A report may be outdated when it comes.
  Watched Watch(int fd, bool readable, bool writable);
  // Asks for no more reports. For a descriptor that may be closed next.
  void Unwatch(int fd);
  // Until something is ready, `Wake` is called or `timeout_ms` have passed (-1: never). Fills `ready`.
  void Wait(std::vector<Readiness>* ready, int timeout_ms);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Whether the descriptor is ready at this moment.
bool IsReady(int fd, bool for_write);

}  // namespace platform
}  // namespace uvfiles
