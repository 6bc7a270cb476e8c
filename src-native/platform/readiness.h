// Waiting for descriptors to become readable or writable, for the one thread that does nothing else.
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

// Waits for many descriptors at once, at a cost per report that does not grow with their number where the system has such
// a call (epoll, kqueue). Thread safety: `Wait` belongs to one thread, the others to any, though `Watch` and `Unwatch`
// one at a time.
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
  // Ends the `Wait` that runs, or else the next one. Does not block.
  void Wake();
  // Asks for one report on `fd`, in place of what was asked for before. After that report nothing is asked for any more.
  // A report may come that is no longer true.
  Watched Watch(int fd, bool readable, bool writable);
  // Asks for none. For a descriptor that may be closed next.
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
