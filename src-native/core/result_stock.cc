// The stock of memory for results: filled by the loop thread, used up by batches of reads.
#include "core/dispatcher.h"

namespace uvfiles {

uint32_t Dispatcher::ResultStock(uint32_t* shortage) {
  std::lock_guard<std::mutex> lock(mutex_);
  *shortage = result_shortage_;
  result_shortage_ = 0;
  return static_cast<uint32_t>(result_stock_.size());
}

void Dispatcher::StockResult(ResultMemory* memory) {
  std::lock_guard<std::mutex> lock(mutex_);
  result_stock_.push_back(memory);
}

ResultMemory* Dispatcher::UnstockResult() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (result_stock_.empty()) return nullptr;
  ResultMemory* const memory = result_stock_.back();
  result_stock_.pop_back();
  return memory;
}

}  // namespace uvfiles
