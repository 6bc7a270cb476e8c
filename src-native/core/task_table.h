// The tasks of one environment, by the number that JavaScript knows. They are freed with the environment, and close
// their descriptors and remove their temporary files then.
//
// Thread safety: loop thread only. Pool threads hold pointers to the tasks, whose addresses are stable. A task is never
// freed while an operation runs it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/task.h"

namespace uvfiles {

class TaskTable {
 public:
  class Entry final : public TaskOwner {
   public:
    Task* task() const { return task_.get(); }
    uint32_t id() const { return id_; }
    bool running() const { return running_; }

    // An operation has taken the task.
    void Started() { running_ = true; }

    void Settled(bool ended) override {
      running_ = false;
      if (freed_ || (ended && passing_)) table_->Drop(this);
    }

   private:
    friend class TaskTable;
    TaskTable* table_ = nullptr;
    std::unique_ptr<Task> task_;  // null: the entry is free
    uint32_t id_ = 0;
    bool running_ = false;
    bool freed_ = false;    // is freed when it has settled
    bool passing_ = false;  // is freed when it has ended
  };

  // `passing`: the task is freed when it has ended. The number is never 0.
  Entry* Add(std::unique_ptr<Task> task, bool passing) {
    uint32_t index;
    if (free_.empty()) {
      index = static_cast<uint32_t>(entries_.size());
      entries_.push_back(std::make_unique<Entry>());
      entries_.back()->table_ = this;
      entries_.back()->id_ = kFirst | index;
    } else {
      index = free_.back();
      free_.pop_back();
    }
    Entry* const entry = entries_[index].get();
    entry->task_ = std::move(task);
    entry->running_ = entry->freed_ = false;
    entry->passing_ = passing;
    return entry;
  }

  // Null for a number that is not, or no longer, a task's.
  Entry* Find(uint32_t id) const {
    const uint32_t index = id & kIndexMask;
    if (index >= entries_.size()) return nullptr;
    Entry* const entry = entries_[index].get();
    return entry->task_ != nullptr && entry->id_ == id ? entry : nullptr;
  }

  // Cancels and frees the task, now or when the operation that runs it has settled.
  void Free(Entry* entry) {
    entry->task_->Cancel();
    if (entry->running_) {
      entry->freed_ = true;
    } else {
      Drop(entry);
    }
  }

  bool empty() const { return entries_.size() == free_.size(); }

  // For the end of the environment, when no task runs.
  void Clear() {
    for (auto& entry : entries_) {
      if (entry->task_ != nullptr) Drop(entry.get());
    }
  }

 private:
  static constexpr uint32_t kIndexBits = 22;
  static constexpr uint32_t kIndexMask = (1u << kIndexBits) - 1;
  static constexpr uint32_t kFirst = 1u << kIndexBits;  // generations count from one

  void Drop(Entry* entry) {
    // Its destructor must not find it in the table.
    const std::unique_ptr<Task> task = std::move(entry->task_);
    const uint32_t index = entry->id_ & kIndexMask;
    entry->id_ += kFirst;
    if (entry->id_ < kFirst) entry->id_ += kFirst;
    free_.push_back(index);
  }

  std::vector<std::unique_ptr<Entry>> entries_;
  std::vector<uint32_t> free_;
};

}  // namespace uvfiles
