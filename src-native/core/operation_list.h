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

  void push_back(Operation* operation) { InsertAfter(tail_, operation); }

  // After `before`, which is in the list, or as the first one where that is null.
  void InsertAfter(Operation* before, Operation* operation) {
    Operation* const after = before != nullptr ? before->next : head_;
    operation->prev = before;
    operation->next = after;
    (before != nullptr ? before->next : head_) = operation;
    (after != nullptr ? after->prev : tail_) = operation;
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
