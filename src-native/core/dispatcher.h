// The dispatcher: one environment's queue of operations, drained by at most a few jobs in libuv's pool.
//
// The way of an operation. The loop thread pushes it on the lock-free inbox (`Submit`) and starts a drain job when
// one more would have something to do. A job sorts the inbox into lanes, takes a few operations of the lane whose
// turn it is, performs them outside the lock, and puts them on the completed list. The loop thread is told once
// (`uv_async_send`) until it has taken that list; a job that ends right away tells nobody, since libuv's own
// after-work callback follows and takes the list.
//
// Invariants:
// - `uv_queue_work` is called on the loop thread only. A job never queues itself again: it ends, and the after-work
//   callback starts the next one at the tail of libuv's FIFO, so foreign work gets its turn.
// - `jobs_` goes down, under the lock, when a job's work ends, not when its callback runs: a submission that finds
//   fewer jobs than allowed always may start one.
// - No system call of an operation is made under the lock.
// - After `Close` no operation is begun; the ones running are waited for by their jobs' callbacks, never by a lock.
// - An operation that has to wait for its descriptor is parked: the poller has it, and sends it back to the inbox. It is
//   parked under the lock, which is what `Cancel` and `StopWaiting` need to find it in one place or the other.
// - A parked read does not keep the loop alive: nobody may ever write to its pipe. Parked writes do, whose bytes would be
//   lost.
//
// The atomics. "Loop": the loop thread. "Job": a pool thread that drains. "Poller": the poller's thread.
//
//   what              written by            read by          order, and why
//   inbox_            loop, poller (push);  jobs             seq_cst: see at its declaration. Taken with acquire, which
//                     who has the lock                       pairs with the push: the operation's fields are there.
//                     (take)
//   jobs_             loop (up),            loop, jobs       seq_cst at a submission and at a job's end, for the same
//                     jobs (down)                            reason; relaxed where it only tells how many share a queue.
//   closing_          loop                  loop, jobs       seq_cst once. Read relaxed: a job that sees it late performs
//                                                            one operation more, and is waited for.
//   announced_        jobs, loop (set);     jobs             acq_rel to set, seq_cst to clear before the list is taken
//                     loop (clear)                           under the lock: what is completed after is announced anew.
//   announced_ns_     who announced         jobs             relaxed: only for a guess at how busy the loop is.
//   idle_             jobs, poller, loop    loop             relaxed: a count. Whoever changes it wakes the loop, which
//                                                            looks again.
//   submitted_        loop                  a lingering job  release, acquire: a job that sees it change sees the inbox.
//   watching_         loop (set),           loop             release, acquire: once it is clear the watchdog is the
//                     poller (clear)                         loop's again.
//   Operation::state  who moves it on       all              acquire and release: who takes an operation sees its fields.
//   Operation::stop   loop                  jobs             relaxed: a hint that is looked at between system calls.
//   Lane::waiting     loop, jobs, poller    loop             relaxed: a count, for the limit of a queue and the metrics.
//   Lane::parked      jobs, poller, loop    loop             seq_cst: a lane with a parked operation must not be reused.
//   Lane::fast        jobs                  loop, jobs       relaxed: for choosing how to serve a lane, never for safety.
//
// Thread safety: everything public belongs to the loop thread, unless it says otherwise.
#pragma once

#include <uv.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/lane.h"
#include "core/process_pool.h"
#include "core/prompt_predictor.h"

namespace uvfiles {

enum class CancelResult : uint8_t {
  kCancelled,  // makes no system call; still delivered, with UV_ECANCELED
  kRunning,    // in the kernel: delivered when the kernel is done
  kFinished    // done, and about to be delivered
};

class Dispatcher {
 public:
  // Takes a list of finished operations (linked by `next`, in the order they finished); gives each back with
  // `Release`. Not called after `Close`.
  using Deliver = void (*)(void* context, Operation* finished);
  // An operation that will not be delivered, because the environment ends: frees what it holds.
  using Discard = void (*)(void* context, Operation* operation);

  Dispatcher(uv_loop_t* loop, Deliver deliver, Discard discard, void* context,
             ProcessPool& pool = ProcessPool::Instance());
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
  // Reads on `file` wait no longer, now and from now on: they get what is there, or UV_ECANCELED.
  void StopWaiting(OpenFile* file);
  // For exit: cancels the operation when it has not begun, or else waits (blocking) until the kernel is done.
  // Either way `result` is set on return, and the operation is still delivered later.
  void FinishNow(Operation* operation);

  // Ends everything: queued operations are discarded, running ones finish first. `closed` is called on the loop
  // thread, when no job is left and the async handle is closed; only then may the dispatcher be deleted.
  void Close(void (*closed)(void* context));
  // For runtimes whose cleanup hooks cannot wait on the loop: blocks until no job runs. Leak the dispatcher after.
  void CloseBlocking();

  // Lanes. 0 is the default lane, 1 the bulk lane.
  static constexpr uint16_t kDefaultLane = 0;
  static constexpr uint16_t kBulkLane = 1;
  static constexpr size_t kMaxLanes = 4096;
  // Never a lane's number.
  static constexpr uint16_t kNoLane = UINT16_MAX;
  // kNoLane where no lane has this number.
  uint16_t LaneNumber(double number) const {
    return number >= 0 && number < static_cast<double>(lanes_.size())
               ? static_cast<uint16_t>(number)
               : kNoLane;
  }
  // The new lane's number, or -1 when there are too many. `concurrency` 0: one less than the jobs there are.
  int AddLane(Priority priority, uint32_t concurrency, uint32_t queue_limit);
  // Nothing is submitted to the lane any more: once nothing is left in it, `AddLane` may give its number again.
  void RetireLane(uint16_t number);
  // A consistent look at a lane; the copy is about 12 KiB.
  struct LaneFigures {
    uint32_t queued, running;
    uint64_t completed, cancelled, rejected;
    Histogram wait, service;
  };
  bool ReadLaneFigures(uint16_t lane, LaneFigures* figures);

  // Memory that batches of reads fill in place of blocks. `shortage`: batches that would have liked some since the last
  // time. The binding makes it and takes back what is left at the end.
  uint32_t ResultStock(uint32_t* shortage);
  void StockResult(ResultMemory* memory);
  ResultMemory* UnstockResult();

  uint32_t outstanding() const { return outstanding_; }
  uint32_t jobs() const { return jobs_.load(std::memory_order_relaxed); }
  uint64_t wakeups() const { return wakeups_; }

  static constexpr int kBatch = 16;
  static constexpr size_t kPlacedFrom = 2048;  // smaller results are cheaper to copy than to place
  static constexpr int kAdviceWindow = 64;     // cold reads that are started together
  static constexpr uint32_t kAdviceWorth = 4;  // queued operations from which on that pays
  static constexpr uint64_t kSliceNs = 1000 * 1000;  // how long a job keeps its thread
  static constexpr uint64_t kLongestNs =
      500 * 1000 * 1000ull;  // ... while the loop is too busy to hear of it
  static constexpr uint64_t kAgainNs =
      100 * 1000;  // ... and how often it then looks whether it still is
  static constexpr uint64_t kFreshNs =
      100 * 1000;  // an announcement younger than this may just be on its way
  static constexpr size_t kMaxUntakenBytes = 256u << 20;
  static constexpr uint64_t kFastNs =
      4 * 1000;  // a lane whose operations take less is served from memory
  static constexpr uint64_t kWorthNs =
      150 * 1000;  // queued work of a fast lane that is worth another job
  static constexpr uint64_t kStuckNs =
      150 * 1000;  // a fast lane whose jobs take nothing for so long is not
  static constexpr uint64_t kWatchNs = 1000 * 1000;  // ... which is looked after so often
  // While no permit moves for so long, the jobs that have them are taken to hang: an environment that waits for one then gets
  // a thread of its own, and another one when that hangs as well, until it has as many threads as it may have jobs.
  static constexpr uint64_t kStarvedNs = 50 * 1000 * 1000;
  static constexpr uint32_t kBusyBatches = 2;           // work after which a job lingers
  static constexpr uint64_t kBusyLingerNs = 30 * 1000;  // ... for so long
  static constexpr uint64_t kAskNs = 20 * 1000;
  static constexpr uint64_t kSlowNs =
      50 * 1000;  // operations slower than this are taken one by one

 private:
  struct Job {
    uv_work_t work;
    Dispatcher* owner;
  };
  struct Batch {
    Lane* lane = nullptr;
    int count = 0;
    std::array<Operation*, kBatch> operations;
    std::array<uint64_t, kBatch> started;
    std::array<uint64_t, kBatch> ended;
    BlockStash stash;
    ResultMemory* memory = nullptr;  // where the results of this batch's reads go, if there is any
    size_t used = 0;
    bool Place(Operation* operation);
    // Ranges to start reading while this batch is performed.
    int advised = 0;
    struct {
      int fd;
      int64_t position;
      size_t size;
    } advice[kAdviceWindow];
  };

  static void OnWork(uv_work_t* work);
  static void OnAfterWork(uv_work_t* work, int status);
  static void OnAsync(uv_async_t* async);

  // Pool threads, and those of helpers.
  void Drain(bool helping);
  bool TakeBatch(Batch* batch);
  static void CollectAdvice(Lane* lane, Batch* batch);
  void PerformBatch(Batch* batch, uint64_t slice_end_ns);
  void SettleBatch(Batch* batch);
  bool KeepsThread(std::unique_lock<std::mutex>* lock, uint64_t begin_ns, uint64_t* asked_ns);
  bool HasWork() const;
  bool Lingers(std::unique_lock<std::mutex>* lock, uint32_t batches);
  void Announce();

  // Under the lock.
  void SortInbox();
  void Queue(Lane* lane, Operation* operation);
  Lane* PickLane();
  uint32_t Startable(uint64_t now);
  void Complete(Operation* operation);
  void Park(Operation* operation, Lane* lane);

  // The poller's thread.
  static void OnReady(PollWaiter* waiter);

  // Loop thread.
  void Push(Operation* operation);
  void Pump();
  void Watch();
  void WakeIn(uint64_t pause_ns);
  void Help();
  bool WantsJob();
  Job* FreeJob();
  void TakeCompleted();
  void UpdateReference();
  bool Unpark(Operation* operation);
  void UncountParked(Operation* operation);
  void AbandonParked(Operation* operation, bool keep_bytes);
  CancelResult CancelParked(Operation* operation);
  void DiscardParked();
  void DiscardWaiting();
  void MaybeClosed();

  uv_loop_t* const loop_;
  const Deliver deliver_;
  const Discard discard_;
  void* const context_;
  ProcessPool& pool_;

  uv_async_t async_;
  PermitWaiter permit_;
  std::vector<std::unique_ptr<Job>> job_slots_;
  std::vector<Job*> free_jobs_;
  uint32_t jobs_in_libuv_ = 0;  // work requests whose callback has not run
  uint32_t outstanding_ = 0;
  uint64_t wakeups_ = 0;
  uint64_t pumped_ns_ = 0;
  PollWaiter watchdog_;
  std::atomic<bool> watching_{false};  // the poller has the watchdog
  uint32_t unsorted_ = 0;              // submissions since the loop thread sorted the inbox
  bool asked_ = false;                 // for a permit, which the pool may have granted since
  uint64_t asked_ns_ = 0;              // when first, of those that were not granted
  bool helped_ = false;                // no permit has come since the last helper began
  uint64_t helped_ns_ = 0;             // when that was
  void (*closed_)(void*) = nullptr;
  bool async_open_ = false;
  bool referenced_ = false;

  Operation* free_ = nullptr;
  std::vector<std::unique_ptr<Operation[]>> chunks_;

  // Submission and a job's end race: the submitter pushes and then reads `jobs_`, the job lowers `jobs_` and then
  // reads the inbox. Both pairs are sequentially consistent, so at least one side sees the other.
  std::atomic<Operation*> inbox_{nullptr};
  std::atomic<uint32_t> jobs_{0};
  std::atomic<bool> closing_{false};
  std::atomic<bool> announced_{false};
  std::atomic<uint64_t> announced_ns_{0};
  std::atomic<uint32_t> idle_{0};       // parked operations that do not keep the loop alive
  std::atomic<uint32_t> submitted_{0};  // counts up, for a job that lingers; wraps
  PromptPredictor predictor_;

  std::mutex mutex_;
  bool held_back_ = false;  // a fast lane's work waits for a job that is expected to be quick
  bool lingering_ = false;
  uint32_t helpers_ = 0;   // threads of our own that drain, without a permit
  uint32_t starting_ = 0;  // jobs handed to libuv that have not begun
  std::vector<std::unique_ptr<Lane>> lanes_;
  // Those that have something queued, the one that was picked last at the end, and some whose queue has been emptied since: a
  // program may have thousands of lanes, of which few are used at a time.
  std::vector<Lane*> busy_lanes_;
  std::vector<uint16_t> retired_lanes_;  // loop thread's
  Operation* completed_head_ = nullptr;
  Operation* completed_tail_ = nullptr;
  uint32_t completed_count_ = 0;
  size_t untaken_bytes_ = 0;
  std::vector<ResultMemory*> result_stock_;
  uint32_t result_shortage_ = 0;
};

}  // namespace uvfiles
