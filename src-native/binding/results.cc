// Memory for results on JavaScript's heap. The loop thread allocates it in advance, pool threads fill it, and
// JavaScript gets it without a copy.
#include "binding/environment.h"

namespace uvfiles {

namespace {

constexpr size_t kResultSize = 64 * 1024;  // a batch of reads of 4 KiB
constexpr uint32_t kMostResults = 64;

}  // namespace

// Uninitialized memory on JavaScript's heap that JavaScript does not see yet. Null when there is none.
ResultMemory* Environment::MakeResult(size_t size) {
  const Napi::HandleScope scope(env);
  void* data = nullptr;
  napi_value buffer;
  napi_ref reference;
  if (!MakeBuffer(size, &data, &buffer)) return nullptr;
  if (napi_create_reference(env, buffer, 1, &reference) != napi_ok) return nullptr;
  return new ResultMemory{static_cast<char*>(data), size, reference, 0};
}

void Environment::FreeResult(ResultMemory* memory) {
  napi_delete_reference(env, static_cast<napi_ref>(memory->handle));
  delete memory;
}

void Environment::GiveResult(Operation* operation) {
  ResultMemory* const memory = MakeResult(operation->size);
  if (memory == nullptr) return;  // blocks are used instead
  memory->users = 1;
  operation->memory = memory;
  operation->data = memory->data;
}

// Stocks as much memory as the batches since the last delivery asked for, and less if it is not used.
void Environment::RefillResults() {
  uint32_t shortage = 0;
  const uint32_t stock = dispatcher.StockedResults(&shortage);
  if (shortage == 0 && stock >= result_target_) {
    result_target_ -= result_target_ / 4;
    if (result_target_ < 4) result_target_ = 0;
  } else {
    result_target_ =
        result_target_ + shortage < kMostResults ? result_target_ + shortage : kMostResults;
  }
  for (uint32_t have = stock; have < result_target_; have++) {
    ResultMemory* const memory = MakeResult(kResultSize);
    if (memory == nullptr) return;
    dispatcher.StockResult(memory);
  }
  for (uint32_t have = stock; have > result_target_ + 4; have--) {
    ResultMemory* const memory = dispatcher.UnstockResult();
    if (memory == nullptr) return;
    FreeResult(memory);
  }
}

void Environment::FreeData(Operation* operation) {
  if (operation->memory != nullptr && --operation->memory->users == 0)
    FreeResult(operation->memory);
  operation->memory = nullptr;
  if (operation->capacity != 0) stash_.Release({operation->data, operation->capacity});
  operation->data = nullptr;
  operation->capacity = 0;
}

}  // namespace uvfiles
