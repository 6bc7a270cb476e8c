// One environment of the simulation: a loop, its dispatcher and what was submitted to it. Its fiber is the loop thread,
// and does what a program might do: it submits, cancels, computes, waits, and ends in one of several ways.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/dispatcher.h"
#include "test/simulation/kernel.h"
#include "test/simulation/loop.h"

namespace uvfiles {
namespace simulation {

class Environment {
 public:
  Environment(int number, ProcessPool* pool, Poller* poller);

  // The loop thread's life.
  void Live();
  // When nothing more happens: checks that this is right.
  void CheckQuiet();

  bool ended() const { return ended_; }
  bool waiting() const { return waiting_; }
  SimLoop& loop() { return loop_; }

 private:
  void Behave();
  void Submit();
  void CancelOne();
  void FinishOne();
  void StopWaitingForOne();
  void AddLane();
  void RetireLane();
  void Wait();
  void Drain();
  void Close();
  void CloseBlocking();
  void CheckQuietOperation(uint32_t slot, uint32_t jobs, bool blocked) const;
  void CheckSettled() const;
  void CheckFigures();
  void LetGo();

  Fate* AnyOpen();
  void Settle(Operation* operation);
  static void Deliver(void* context, Operation* finished);
  static void Discard(void* context, Operation* operation);

  const int number_;
  ProcessPool* const pool_;
  SimLoop loop_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::vector<std::unique_ptr<OpenFile>> files_;
  std::deque<OperationDetails> details_;
  std::vector<uint32_t> open_;  // fates that are not settled
  struct LaneLimits {
    uint32_t concurrency;
    bool retired;
  };
  std::vector<LaneLimits> lanes_;
  bool waiting_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool ended_ = false;
};

// In this run.
extern bool reserve_changed;

}  // namespace simulation
}  // namespace uvfiles
