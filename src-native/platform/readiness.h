// Waiting for descriptors to become readable or writable, for the one thread that does nothing else.
#pragma once

#include <memory>
#include <vector>

namespace uvfiles {
namespace platform {

struct Readiness {
  int fd;
  bool for_write;
  bool
      ready;  // the answer; also on an error or a hang-up, which the transfer that follows will tell
};

// Waits for many descriptors at once. Thread safety: `wait` belongs to one thread, `wake` to any.
class ReadinessWaiter {
 public:
  ReadinessWaiter();
  ~ReadinessWaiter();
  ReadinessWaiter(const ReadinessWaiter&) = delete;
  ReadinessWaiter& operator=(const ReadinessWaiter&) = delete;

  // 0, or why there is no descriptor to be woken by.
  int open();
  // Ends the `wait` that runs, or else the next one. Does not block.
  void wake();
  // Until one of `entries` is ready, `wake` is called or `timeout_ms` have passed (-1: never). Marks the ready ones.
  void wait(std::vector<Readiness>* entries, int timeout_ms);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Whether the descriptor is ready at this moment.
bool is_ready(int fd, bool for_write);

}  // namespace platform
}  // namespace uvfiles
