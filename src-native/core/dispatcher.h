// The dispatcher: one environment's queue of operations, drained by at most a few jobs in libuv's pool.
//
// Lifetime of an operation: the loop thread pushes it onto the lock-free inbox (`Submit`), and starts a drain job if
// another one would find work. A job sorts the inbox into lanes, takes a few operations of the lane whose turn it is,
// performs them outside the lock, and adds them to the completed list. The loop thread is notified once
// (`uv_async_send`) until it has taken that list. A job that ends right away sends no notification, because libuv's
// after-work callback follows and takes the list.
//
// Invariants:
// - `uv_queue_work` is called on the loop thread only. A job never queues itself again: it ends, and the after-work
//   callback starts the next one at the tail of libuv's FIFO, so other users of the pool get their turn.
// - `jobs_` is decremented under the lock when a job's work ends, not when its callback runs. So a submission that finds
//   fewer jobs than allowed can always start one.
// - No operation makes its system call under the lock.
// - After `Close`, no operation starts. The callbacks of the jobs wait for running operations; no lock does.
// - An operation that has to wait for its descriptor is parked: the poller holds it, and returns it to the inbox. This
//   happens under the lock, so that `Cancel` and `StopWaiting` find it in exactly one of the two places.
//
// Its parts have a header and a test each: `Inbox`, `Lanes`, `Completions`, `Lingering` and `Parking`; jobs use `Batch` and
// `ResultStock`. This class connects them: it owns the lock, and starts and ends the jobs.
//
// Only `HasWork` decides whether there is work for a job. Taking, lingering and continuing all ask it. With a second
// criterion, a job could wait forever for work that it never takes.
//
// The atomics. "Loop": the loop thread. "Job": a pool thread that drains. "Poller": the poller's thread.
//
//   what                        written by          read by        order, and why
//   Inbox::newest_              loop, poller        loop, jobs     seq_cst, with `jobs_`: see there. Taken with acquire,
//                               (push); who has                    which pairs with the push: the operation's fields are
//                               the lock (take)                    there.
//   Dispatcher::jobs_           loop (up),          loop, jobs     seq_cst at a submission and at a job's end, for the same
//                               jobs (down)                        reason; relaxed where it only says how many share a queue.
//   Dispatcher::closing_        loop                loop, jobs     seq_cst once. Read relaxed: a job that sees it late
//                                                                  performs one more operation, which is waited for.
//   Watchdog::set               loop, jobs (set),   loop, jobs     release, acquire: once it is clear, the watchdog is not the
//                               poller (clear)                     poller's any more. Each has one side that sets it: the
//                                                                  loop, or who has the lock.
//   Dispatcher::helpers_        loop (up), helpers  loop           relaxed: written under the lock. Read without it, it only
//                               (down)                             says whether one more job may be requested.
//   Completions::announced_     jobs, loop (set);   jobs           acq_rel to set, seq_cst to clear before the list is taken
//                               loop (clear)                       under the lock: later completions are announced again.
//   Completions::announced_ns_  who announced       jobs           relaxed: an estimate of how busy the loop is.
//   Completions::count_         who has the lock    loop           relaxed: without the lock only a hint.
//   Lingering::submitted_       loop                a job that     release, acquire: a job that sees it change sees what was
//                                                   lingers        pushed, in the inbox or in the lanes.
//   PromptPredictor::ended_ns_  jobs                loop           relaxed: an estimate.
//   PromptPredictor::score_     jobs, loop          jobs, loop     relaxed: an estimate. One of two concurrent updates is lost.
//   Parking::idle_              jobs, poller, loop  loop           relaxed: a count. The thread that changes it wakes the loop,
//                                                                  which reads it again.
//   Operation::state            who moves it on     all            acquire and release: the thread that takes an operation sees
//                                                                  its fields.
//   Batch::next_                the job; who        the job; who   release by the job, acquire by who recalls: it sees what
//                               recalls             recalls        the job has performed.
//   Operation::stop             loop                jobs           relaxed: a hint that is read between system calls.
//   Operation::concludes        jobs                loop, jobs     relaxed: the lock that queues the operation again orders it.
//   Task::cancelled_            loop                jobs           relaxed: a hint that is read between system calls.
//   largest_result              loop                jobs           relaxed: a number, set before the first operation.
//   Lane::waiting               loop, jobs, poller  loop           relaxed: a count, for the limit of a queue and the metrics;
//                                                                  seq_cst where `parked` goes down after it.
//   Lane::parked                jobs, poller, loop  loop           seq_cst: a lane with a parked operation must not be reused.
//   Lane::fast                  jobs                loop, jobs     relaxed: affects how a lane is served, never safety.
//   ProcessPool::threads_,      loop, callers of    loop           relaxed: numbers. Actions that depend on them are under the
//     reserve_, counted_        SetReserve                         pool's lock.
//   ProcessPool::released_ns_   jobs                loop           relaxed: an estimate of which jobs hang.
//
// Thread safety: everything public belongs to the loop thread, unless it says otherwise.
#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/batch.h"
#include "core/completions.h"
#include "core/inbox.h"
#include "core/lanes.h"
#include "core/lingering.h"
#include "core/parking.h"
#include "core/process_pool.h"
#include "core/result_stock.h"
#include "core/threads.h"

namespace uvfiles {

enum class CancelResult : uint8_t {
  kCancelled,  // makes no system call; still delivered, with UV_ECANCELED
  kRunning,    // in the kernel: delivered when the kernel is done
  kFinished    // done, and about to be delivered
};

class Dispatcher {
 public:
  // Receives a list of finished operations (linked by `next`, in the order they finished); returns each with
  // `Release`. Not called after `Close`.
  using Deliver = void (*)(void* context, Operation* finished);
  // Called for an operation that is not delivered because the environment ends: frees what it holds.
  using Discard = void (*)(void* context, Operation* operation);

  Dispatcher(uv_loop_t* loop, Deliver deliver, Discard discard, void* context,
             ProcessPool& pool = ProcessPool::Instance(), Poller& poller = Poller::Instance());
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Opens the async handle. Returns 0 or libuv's error.
  int Open();

  Operation* Acquire();
  void Release(Operation* operation);

  // False when the lane's queue is full; the operation stays the caller's.
  bool Submit(Operation* operation);
  CancelResult Cancel(Operation* operation);
  // From now on, reads on `file` do not wait: they get the bytes that are available, or
  // UV_ECANCELED.
  void StopWaiting(OpenFile* file);
  // For exit: cancels the operation if it has not begun, else blocks until the kernel is done. In both cases `result` is
  // set on return, and the operation is still delivered later.
  void FinishNow(Operation* operation);

  // Delivers what has finished by now, without waiting for the loop's next iteration. Does nothing
  // while `Deliver` hands out results. Cheap where nothing has finished.
  void DeliverFinished() {
    if (delivering_ || !completions_.MayHaveSome()) return;
    if (!closing_.load(std::memory_order_relaxed)) TakeCompleted();
  }
  // For `Deliver`, once it has handed out everything: its callbacks may deliver more from then on.
  void EndDelivery() { delivering_ = false; }

  // Ends everything: queued operations are discarded, running ones finish first. `closed` is called on the loop
  // thread, when no job is left and the async handle is closed; only then may the dispatcher be deleted.
  void Close(void (*closed)(void* context));
  // For runtimes whose cleanup hooks cannot wait on the loop: blocks until no job runs. The dispatcher must then be leaked.
  void CloseBlocking();

  static constexpr uint16_t kDefaultLane = Lanes::kDefault;
  static constexpr uint16_t kBulkLane = Lanes::kBulk;
  // Never a lane's number.
  static constexpr uint16_t kNoLane = UINT16_MAX;
  // kNoLane where no lane has this number.
  uint16_t LaneNumber(double number) const {
    return number >= 0 && number < static_cast<double>(lanes_.size())
               ? static_cast<uint16_t>(number)
               : kNoLane;
  }
  // The new lane's number, or -1 if there are too many. `concurrency` 0: one less than the number of jobs.
  int AddLane(Priority priority, uint32_t concurrency, uint32_t queue_limit);
  // Nothing more is submitted to the lane. Once it is empty, `AddLane` may reuse its number.
  void RetireLane(uint16_t number) { lanes_.Retire(number); }
  // A consistent copy of a lane's figures, about 9 KiB.
  struct LaneFigures {
    uint32_t queued, running;
    uint64_t completed, cancelled, rejected;
    Histogram wait, service;
  };
  bool ReadLaneFigures(uint16_t number, LaneFigures* figures);

  // Memory that batches of reads fill instead of blocks. The binding creates it, and takes back the rest at the end.
  // `shortage`: how many batches found none since the last call.
  uint32_t StockedResults(uint32_t* shortage);
  void StockResult(ResultMemory* memory);
  ResultMemory* UnstockResult();

  uint32_t outstanding() const { return outstanding_; }
  uint32_t jobs() const { return jobs_.load(std::memory_order_relaxed); }
  uint64_t wakeups() const { return wakeups_; }

  // How long a job keeps its thread; how long while the loop is too busy to take its results; and how often it then checks
  // whether the loop is still busy.
  static constexpr uint64_t kSliceNs = 1000 * 1000;
  static constexpr uint64_t kLongestNs = 500 * 1000 * 1000ull;
  static constexpr uint64_t kAgainNs = 100 * 1000;
  static constexpr size_t kMaxUntakenBytes = 256u << 20;
  // How often a fast lane is checked for whether another job pays, and how often the loop checks a lane that waits for its
  // job.
  static constexpr uint64_t kAskNs = 20 * 1000;
  static constexpr uint64_t kWatchNs = 1000 * 1000;
  // Operations that may hang are taken together if those of their lane take no longer than this on average. What a job has not
  // begun after so long is taken back: when a job, or the loop thread, next checks whether there is work, or else after
  // `kWatchBatchesNs`. More frequent wake-ups would cost a few percent of the throughput.
  static constexpr uint64_t kTogetherNs = 10 * 1000;
  static constexpr uint64_t kRecallNs = Lanes::kStuckNs;
  static constexpr uint64_t kWatchBatchesNs = 5 * 1000 * 1000;
  // If no permit is given back for so long, the jobs that hold them are assumed to hang. An environment that waits for a
  // permit then gets a thread of its own, and another one if that hangs, too, up to its limit of jobs.
  static constexpr uint64_t kStarvedNs = 50 * 1000 * 1000;

 private:
  struct Job {
    uv_work_t work;
    Dispatcher* owner;
  };
  // Wakes the loop at a time, from the poller's thread.
  struct Watchdog {
    PollWaiter waiter;
    uv_async_t* loop = nullptr;
    Atomic<bool> set{false};  // the poller has the waiter
  };
  using Locked = std::unique_lock<Mutex>;

  static void OnWork(uv_work_t* work);
  static void OnAfterWork(uv_work_t* work, int status);
  static void OnAsync(uv_async_t* async);

  // Pool threads, and those of helpers (drain.cc).
  void Drain(bool helping);
  bool TakeBatch(Batch* batch);
  void SettleBatch(Batch* batch);
  bool KeepsThread(Locked* lock, uint64_t begin_ns, uint64_t* asked_ns);
  bool Lingers(Locked* lock, uint32_t batches);

  // Under the lock.
  bool HasWork();
  void Recall(uint64_t now);
  void WatchBatches();
  void Settle(Batch* batch, int index, Operation** given_back);
  void Park(Operation* operation, Lane* lane);
  bool CancelBetweenSlices(Operation* operation);
  void CompleteCancelled(Operation* operation, Lane* lane);

  // Loop thread: jobs (dispatcher_jobs.cc).
  void Pump();
  bool MayWantJob(uint32_t jobs) const;
  bool WantsJob();
  Job* FreeJob();
  void Help();
  void Watch();
  void WakeIn(Watchdog* watchdog, uint64_t pause_ns);

  // Loop thread.
  void TakeCompleted();
  void UpdateReference();
  void AbandonParked(Operation* operation, bool keep_bytes);
  void DiscardWaiting();
  void MaybeClosed();

  uv_loop_t* const loop_;
  const Deliver deliver_;
  const Discard discard_;
  void* const context_;
  ProcessPool& pool_;
  Poller& poller_;

  // The loop thread's.
  uv_async_t async_;
  PermitWaiter permit_;
  std::vector<std::unique_ptr<Job>> job_slots_;
  std::vector<Job*> free_jobs_;
  uint32_t jobs_in_libuv_ = 0;  // work requests whose callback has not run
  uint32_t outstanding_ = 0;
  bool delivering_ = false;  // `Deliver` hands out results
  bool missed_ = false;      // the loop was woken meanwhile
  uint64_t wakeups_ = 0;
  uint64_t pumped_ns_ = 0;
  Watchdog watchdog_;
  uint32_t unsorted_ = 0;   // submissions since the loop thread sorted the inbox
  bool held_back_ = false;  // work of a fast lane waits for a job that should start soon
  bool asked_ = false;      // for a permit, which the pool may have granted since
  uint64_t asked_ns_ = 0;   // when first, of those that were not granted
  bool helped_ = false;     // no permit has come since the last helper began
  uint64_t helped_ns_ = 0;  // when that was
  void (*closed_)(void*) = nullptr;
  bool async_open_ = false;
  bool referenced_ = false;
  Operation* free_ = nullptr;
  std::vector<std::unique_ptr<Operation[]>> chunks_;

  // A submission and the end of a job can race: the submitter pushes and then reads `jobs_`; the job decrements `jobs_` and
  // then reads the inbox. Both pairs are sequentially consistent, so at least one side sees the other.
  Inbox inbox_;
  Atomic<uint32_t> jobs_{0};
  Atomic<bool> closing_{false};
  Atomic<uint32_t> helpers_{0};  // threads of our own that drain, without a permit; under the lock
  Parking parking_;

  Mutex mutex_;
  // Under the lock.
  uint32_t starting_ = 0;  // jobs handed to libuv that have not begun
  Lanes lanes_;
  Watchdog batch_watchdog_;
  std::vector<Batch*> recallable_;  // those that are being performed, and have not been recalled
  Completions completions_{&async_};
  Lingering lingering_;
  ResultStock result_stock_;
};

}  // namespace uvfiles
