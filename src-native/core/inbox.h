// The dispatcher's inbox: a lock-free stack of what was submitted, or has become ready, and is in no lane yet.
//
// Thread safety: any thread may push. `TakeAll` is called under the dispatcher's lock, so that what one thread has taken is
// in the lanes before another one takes more.
#pragma once

#include "core/operation.h"
#include "core/threads.h"

namespace uvfiles {

class Inbox {
 public:
  // The caller must not touch the operation afterwards. Pairs with the next call of `empty` (see
  // `Dispatcher::jobs_`), and with `TakeAll`, which sees the operation's fields.
  void Push(Operation* operation) {
    Operation* head = newest_.load(std::memory_order_relaxed);
    do {
      operation->next = head;
    } while (!newest_.compare_exchange_weak(head, operation, std::memory_order_seq_cst));
  }

  bool empty() const { return newest_.load(std::memory_order_seq_cst) == nullptr; }

  // What was pushed so far, linked by `next`, the oldest first.
  Operation* TakeAll() {
    Operation* newest = newest_.exchange(nullptr, std::memory_order_acquire);
    Operation* oldest = nullptr;
    while (newest != nullptr) {
      Operation* const before = newest->next;
      newest->next = oldest;
      oldest = newest;
      newest = before;
    }
    return oldest;
  }

 private:
  Atomic<Operation*> newest_{nullptr};
};

}  // namespace uvfiles
