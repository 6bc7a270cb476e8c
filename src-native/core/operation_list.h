// Intrusive queue of operations: push, pop and removal in constant time without allocation. Not thread-safe.
#pragma once

#include <cstdint>

#include "core/operation.h"

namespace uvfiles {

class OperationList {
 public:
  bool empty() const { return head_ == nullptr; }
  uint32_t size() const { return size_; }
  Operation* Front() const { return head_; }

  void push_back(Operation* operation) {
    operation->next = nullptr;
    operation->prev = tail_;
    (tail_ != nullptr ? tail_->next : head_) = operation;
    tail_ = operation;
    operation->in_lane = true;
    size_++;
  }

  Operation* pop_front() {
    Operation* const operation = head_;
    Remove(operation);
    return operation;
  }

  void Remove(Operation* operation) {
    (operation->prev != nullptr ? operation->prev->next : head_) = operation->next;
    (operation->next != nullptr ? operation->next->prev : tail_) = operation->prev;
    operation->next = operation->prev = nullptr;
    operation->in_lane = false;
    size_--;
  }

 private:
  Operation* head_ = nullptr;
  Operation* tail_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace uvfiles
