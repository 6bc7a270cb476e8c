// Waits for descriptors to become readable or writable, on a dedicated thread (core/poller.h).
#pragma once

#include <memory>
#include <vector>

namespace uvfiles {
namespace platform {

struct Readiness {
  int fd;
  bool readable;  // both are also set on an error or a hang-up, which the next transfer reports
  bool writable;
};

// Waits for many descriptors at once. With epoll and kqueue, the cost per report does not depend on their number.
// Thread safety: one thread calls `Wait`. The others may be called from any thread, but `Watch` and `Unwatch` only one
// at a time.
class ReadinessWaiter {
 public:
  enum class Watched : uint8_t {
    kYes,
    kReady,    // the system cannot wait for this kind of descriptor: try the transfer
    kRefused,  // it cannot be waited for at the moment: look at it again later
  };

  ReadinessWaiter();
  ~ReadinessWaiter();
  ReadinessWaiter(const ReadinessWaiter&) = delete;
  ReadinessWaiter& operator=(const ReadinessWaiter&) = delete;

  // Creates the descriptors that it needs to wait. 0 or a negative code.
  int Open();
  // Ends the current `Wait`, or else the next one. Does not block.
  void Wake();
  // Requests one report on `fd`, and replaces an earlier request. The report may be outdated when it arrives.
  Watched Watch(int fd, bool readable, bool writable);
  // Ends reports on `fd`, for example because it will be closed.
  void Unwatch(int fd);
  // Waits until something is ready, `Wake` is called or `timeout_ms` have passed (-1: no timeout). Fills `ready`.
  void Wait(std::vector<Readiness>* ready, int timeout_ms);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Whether the descriptor is ready at this moment.
bool IsReady(int fd, bool for_write);

}  // namespace platform
}  // namespace uvfiles
