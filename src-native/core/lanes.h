// The dispatcher's lanes: which lane is next, how much a job takes from it, and how many jobs are worth starting.
//
// Thread safety: the dispatcher's lock guards everything, unless it says otherwise. The loop thread alone adds lanes, and
// so may find one without the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/lane.h"

namespace uvfiles {

class Lanes {
 public:
  static constexpr uint16_t kDefault = 0;
  static constexpr uint16_t kBulk = 1;
  static constexpr size_t kMost = 4096;

  // Operations slower than this are taken one by one.
  static constexpr uint64_t kSlowNs = 50 * 1000;
  // Queued work of a fast lane that is worth another job.
  static constexpr uint64_t kWorthNs = 150 * 1000;
  // A fast lane whose jobs take nothing for so long is not fast.
  static constexpr uint64_t kStuckNs = 150 * 1000;

  // Loop thread, with or without the lock.
  size_t size() const { return lanes_.size(); }
  Lane& At(uint16_t number) { return *lanes_[number]; }
  const Lane& At(uint16_t number) const { return *lanes_[number]; }

  // Loop thread. The new lane's number, or -1 when there are too many. Nothing may be in the inbox for a retired lane.
  int Add(Priority priority, uint32_t concurrency, uint32_t queue_limit);
  // Loop thread, with or without the lock. Nothing is submitted to the lane any more. Once nothing
  // is left in it, `Add` may reuse its number.
  void Retire(uint16_t number);

  // Puts a list of operations, linked by `next`, at the ends of their lanes.
  void Sort(Operation* oldest) {
    while (oldest != nullptr) {
      Operation* const after = oldest->next;
      Queue(lanes_[oldest->lane].get(), oldest);
      oldest = after;
    }
  }

  // Puts an operation at the end of a lane.
  void Queue(Lane* lane, Operation* operation) {
    lane->queue.push_back(operation);
    List(lane);
  }
  // Gives one back that was taken: at the head of the lane, or after `before`.
  void GiveBack(Lane* lane, Operation* before, Operation* operation) {
    lane->queue.InsertAfter(before, operation);
    List(lane);
  }

  // Whether `Pick` would find a lane.
  bool HasEligible() const {
    for (const Lane* const lane : busy_) {
      if (lane->Eligible()) return true;
    }
    return false;
  }
  // The lane whose turn it is; null if none is eligible. Priorities are strict, except that a lane
  // that was passed over often enough goes first. Lanes of one priority take turns.
  Lane* Pick();

  // How many operations a job takes from the lane at once, while `jobs` share the queues.
  static uint32_t HowMany(const Lane& lane, uint32_t jobs, uint32_t most);
  // The same without regard to how long they take.
  static uint32_t Share(const Lane& lane, uint32_t jobs, uint32_t most);

  // How many jobs would find something to do that is worth waking a thread for.
  struct Demand {
    uint32_t jobs = 0;
    bool held_back = false;  // a fast lane's work waits for a job that is expected to be quick
  };
  // `starting`: jobs that have not begun.
  Demand JobsWanted(uint64_t now, uint32_t starting) const;

  // Takes an operation out of any lane; null when all are empty.
  Operation* PopAny();

 private:
  void List(Lane* lane) {
    if (!lane->listed) busy_.push_back(lane);
    lane->listed = true;
  }

  std::vector<std::unique_ptr<Lane>> lanes_;
  // Lanes that have something queued, the one that was picked last at the end, and some whose queue
  // has been emptied since. A program may have thousands of lanes, of which few are used at a time.
  std::vector<Lane*> busy_;
  std::vector<uint16_t> retired_;  // loop thread's
};

}  // namespace uvfiles
