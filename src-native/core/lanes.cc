#include "core/lanes.h"

#include <algorithm>
#include <utility>

namespace uvfiles {

namespace {

// A lane that was passed over this many times gets the next batch, whatever its priority.
constexpr uint32_t kAgeing[] = {0, 16, 64};

}  // namespace

int Lanes::Add(Priority priority, uint32_t concurrency, uint32_t queue_limit) {
  auto lane = std::make_unique<Lane>();
  lane->priority = priority;
  lane->concurrency = concurrency;
  lane->queue_limit = queue_limit;
  for (size_t i = 0; i < retired_.size(); i++) {
    const uint16_t number = retired_[i];
    Lane* const retired = lanes_[number].get();
    if (!retired->Idle()) continue;
    busy_.erase(std::remove(busy_.begin(), busy_.end(), retired), busy_.end());
    retired_.erase(retired_.begin() + static_cast<ptrdiff_t>(i));
    lanes_[number] = std::move(lane);
    return number;
  }
  if (lanes_.size() >= kMost) return -1;
  lanes_.push_back(std::move(lane));
  return static_cast<int>(lanes_.size() - 1);
}

void Lanes::Retire(uint16_t number) {
  if (number > kBulk && number < lanes_.size()) retired_.push_back(number);
}

Lane* Lanes::Pick() {
  const auto emptied = [](Lane* lane) {
    if (!lane->queue.empty()) return false;
    lane->listed = false;
    return true;
  };
  busy_.erase(std::remove_if(busy_.begin(), busy_.end(), emptied), busy_.end());
  auto best = busy_.end();
  int best_rank = 0;
  for (auto at = busy_.begin(); at != busy_.end(); ++at) {
    const Lane& lane = **at;
    if (!lane.Eligible()) continue;
    const int priority = static_cast<int>(lane.priority);
    const int rank = priority != 0 && lane.passed_over >= kAgeing[priority] ? -1 : priority;
    if (best == busy_.end() || rank < best_rank) {
      best = at;
      best_rank = rank;
    }
  }
  if (best == busy_.end()) return nullptr;
  Lane* const picked = *best;
  std::rotate(best, best + 1, busy_.end());
  for (Lane* const lane : busy_) {
    if (lane != picked && lane->Eligible()) lane->passed_over++;
  }
  picked->passed_over = 0;
  return picked;
}

// Several jobs share a short queue. Slow operations are not taken in batches, because one that hangs would hold up the rest.
uint32_t Lanes::HowMany(const Lane& lane, uint32_t jobs, uint32_t most) {
  return lane.service_ewma > kSlowNs ? 1 : Share(lane, jobs, most);
}

uint32_t Lanes::Share(const Lane& lane, uint32_t jobs, uint32_t most) {
  const uint32_t share = lane.queue.size() / (jobs == 0 ? 1 : jobs);
  return std::min(std::max(share, 1u), most);
}

Lanes::Demand Lanes::JobsWanted(uint64_t now, uint32_t starting) const {
  Demand demand;
  for (const Lane* const lane : busy_) {
    if (!lane->Eligible()) continue;
    uint32_t useful = lane->queue.size();
    const uint32_t busy = lane->running_jobs + starting;
    if (lane->service_ewma < Lane::kFastNs && busy > 0 && now - lane->progress_ns < kStuckNs) {
      // One thread does cached reads faster than the loop asks for them. A wake-up costs more than a few reads.
      const uint64_t jobs = 1 + useful * lane->service_ewma / kWorthNs;
      useful = jobs > busy ? static_cast<uint32_t>(jobs - busy) : 0;
      if (useful == 0 && lane->queue.size() > starting) demand.held_back = true;
    }
    demand.jobs += std::min(useful, lane->concurrency - lane->running_jobs);
  }
  return demand;
}

Operation* Lanes::PopAny() {
  for (Lane* const lane : busy_) {
    if (!lane->queue.empty()) return lane->queue.pop_front();
  }
  return nullptr;
}

}  // namespace uvfiles
