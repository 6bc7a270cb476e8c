// The dispatcher's lanes: made, retired and looked at on the loop thread.
#include <algorithm>

#include "core/dispatcher.h"

namespace uvfiles {

int Dispatcher::AddLane(Priority priority, uint32_t concurrency, uint32_t queue_limit) {
  auto lane = std::make_unique<Lane>();
  lane->priority = priority;
  if (concurrency == 0) {
    const uint32_t limit = pool_.limit();
    concurrency = limit > 1 ? limit - 1 : 1;
  }
  lane->concurrency = concurrency;
  lane->queue_limit = queue_limit;
  std::lock_guard<std::mutex> lock(mutex_);
  SortInbox();
  for (size_t i = 0; i < retired_lanes_.size(); i++) {
    const uint16_t number = retired_lanes_[i];
    Lane* const retired = lanes_[number].get();
    if (!retired->Idle()) continue;
    busy_lanes_.erase(std::remove(busy_lanes_.begin(), busy_lanes_.end(), retired),
                      busy_lanes_.end());
    retired_lanes_.erase(retired_lanes_.begin() + static_cast<ptrdiff_t>(i));
    lanes_[number] = std::move(lane);
    return number;
  }
  if (lanes_.size() >= kMaxLanes) return -1;
  lanes_.push_back(std::move(lane));
  return static_cast<int>(lanes_.size() - 1);
}

void Dispatcher::RetireLane(uint16_t number) {
  if (number > kBulkLane && number < lanes_.size()) retired_lanes_.push_back(number);
}

bool Dispatcher::ReadLaneFigures(uint16_t number, LaneFigures* figures) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (number >= lanes_.size()) return false;
  const Lane& lane = *lanes_[number];
  *figures = {lane.waiting.load(std::memory_order_relaxed),
              lane.running,
              lane.completed,
              lane.cancelled,
              lane.rejected,
              lane.wait,
              lane.service};
  return true;
}

}  // namespace uvfiles
