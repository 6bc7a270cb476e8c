// A lane: a queue of operations with its own priority, limit of drain jobs, and figures.
//
// The dispatcher's mutex guards everything but `waiting`, the number of operations that were
// submitted and not yet taken. The loop thread reads it without the lock, to refuse operations
// beyond `queue_limit`.
#pragma once

#include <cstdint>

#include "core/histogram.h"
#include "core/operation_list.h"
#include "core/threads.h"

namespace uvfiles {

enum class Priority : uint8_t { kHigh = 0, kNormal = 1, kLow = 2 };

struct Lane {
  // The operations of a lane that take less on average are served from memory.
  static constexpr uint64_t kFastNs = 4 * 1000;
  // Whole files that take longer than this on average are not cached.
  static constexpr uint64_t kColdFileNs = 20 * 1000;

  Priority priority = Priority::kNormal;
  uint32_t concurrency = UINT32_MAX;  // drain jobs that may work for this lane at a time
  uint32_t queue_limit = UINT32_MAX;

  Atomic<uint32_t> waiting{0};
  Atomic<uint32_t> parked{0};  // operations that the poller has

  OperationList queue;
  bool listed = false;  // among the dispatcher's busy lanes
  uint32_t running_jobs = 0;
  uint32_t running = 0;      // operations taken and not finished
  uint32_t passed_over = 0;  // batches that others got while this lane could have run
  uint32_t advised = 0;      // operations at the head of the queue whose ranges have been started
  uint64_t service_ewma =
      10 * 1000;  // nanoseconds; decides how many operations a job takes at once
  uint64_t file_ewma =
      0;  // the same of whole files; a cold one counts as such, however early it was opened
  uint64_t progress_ns = 0;  // when a job last took something
  Atomic<bool> fast{false};  // service_ewma is that of memory; the loop thread's hint

  uint64_t completed = 0;
  uint64_t cancelled = 0;
  uint64_t rejected = 0;  // loop thread's
  Histogram wait;
  Histogram service;

  // Whether nothing refers to the lane. `waiting` is incremented before `parked` is decremented.
  bool Idle() const {
    return parked.load() == 0 && waiting.load() == 0 && queue.empty() && running_jobs == 0 &&
           running == 0;
  }
  // Whether one more job would find something to take.
  bool Eligible() const { return !queue.empty() && running_jobs < concurrency; }

  Operation* TakeFirst() {
    Operation* const operation = queue.pop_front();
    waiting.fetch_sub(1, std::memory_order_relaxed);
    if (advised > 0) advised--;
    return operation;
  }
  void RecordCompleted(uint64_t wait_ns, uint64_t service_ns) {
    completed++;
    wait.Record(wait_ns);
    service.Record(service_ns);
    service_ewma += (static_cast<int64_t>(service_ns) - static_cast<int64_t>(service_ewma)) / 8;
    fast.store(service_ewma < kFastNs, std::memory_order_relaxed);
  }
  bool FilesAreCold() const { return file_ewma >= kColdFileNs; }
  void RecordFile(uint64_t service_ns, bool cold) {
    if (cold && service_ns < 2 * kColdFileNs) service_ns = 2 * kColdFileNs;
    file_ewma += (static_cast<int64_t>(service_ns) - static_cast<int64_t>(file_ewma)) / 8;
  }
};

}  // namespace uvfiles
