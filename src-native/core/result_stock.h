// The stock of memory for results: filled by the loop thread, used up by batches of reads.
//
// Not thread-safe: the dispatcher's lock guards it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result_memory.h"

namespace uvfiles {

class ResultStock {
 public:
  uint32_t size() const { return static_cast<uint32_t>(stock_.size()); }
  void Add(ResultMemory* memory) { stock_.push_back(memory); }
  // Null when there is none.
  ResultMemory* Take() {
    if (stock_.empty()) return nullptr;
    ResultMemory* const memory = stock_.back();
    stock_.pop_back();
    return memory;
  }
  // The same for a batch. Counts it if there is none.
  ResultMemory* TakeForBatch() {
    if (stock_.empty()) shortage_++;
    return Take();
  }
  // Batches that got none since the last time.
  uint32_t TakeShortage() {
    const uint32_t shortage = shortage_;
    shortage_ = 0;
    return shortage;
  }

 private:
  std::vector<ResultMemory*> stock_;
  uint32_t shortage_ = 0;
};

}  // namespace uvfiles
