#include "core/dispatcher.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/clock.h"
#include "platform/thread.h"

namespace uvfiles {

namespace {

constexpr size_t kChunk = 64;
constexpr size_t kHelperStack = 1024 * 1024;
constexpr uint32_t kSortEach =
    64;  // submissions after which the loop thread sorts the inbox by itself

}  // namespace

Dispatcher::Dispatcher(uv_loop_t* loop, Deliver deliver, Discard discard, void* context,
                       ProcessPool& pool)
    : loop_(loop), deliver_(deliver), discard_(discard), context_(context), pool_(pool) {
  AddLane(Priority::kNormal, UINT32_MAX, UINT32_MAX);
  AddLane(Priority::kLow, 0, UINT32_MAX);
}

Dispatcher::~Dispatcher() = default;

int Dispatcher::Open() {
  const int status = uv_async_init(loop_, &async_, OnAsync);
  if (status != 0) return status;
  async_.data = this;
  async_open_ = true;
  permit_.async = &async_;
  uv_unref(reinterpret_cast<uv_handle_t*>(&async_));
  return 0;
}

Operation* Dispatcher::Acquire() {
  if (free_ == nullptr) {
    chunks_.push_back(std::make_unique<Operation[]>(kChunk));
    Operation* const chunk = chunks_.back().get();
    for (size_t i = kChunk; i-- > 0;) {
      chunk[i].ending = &closing_;
      chunk[i].next = free_;
      free_ = &chunk[i];
    }
  }
  Operation* const operation = free_;
  free_ = operation->next;
  return operation;
}

void Dispatcher::Release(Operation* operation) {
  operation->state.store(OpState::kIdle, std::memory_order_relaxed);
  if (operation->poll) operation->poll->done = 0;
  operation->stop.store(false, std::memory_order_relaxed);
  operation->next = free_;
  free_ = operation;
}

bool Dispatcher::Submit(Operation* operation) {
  Lane& lane = *lanes_[operation->lane];
  if (lane.waiting.load(std::memory_order_relaxed) >= lane.queue_limit) {
    std::lock_guard<std::mutex> lock(mutex_);
    lane.rejected++;
    return false;
  }
  lane.waiting.fetch_add(1, std::memory_order_relaxed);
  const uint64_t now = NowNs();
  operation->queued_ns = now;
  operation->state.store(OpState::kQueued, std::memory_order_relaxed);
  outstanding_++;
  UpdateReference();
  Push(operation);
  submitted_.store(submitted_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  // The lines of what was just submitted are in this thread's cache; a job that has to sort thousands waits for each.
  if (++unsorted_ >= kSortEach) {
    unsorted_ = 0;
    std::lock_guard<std::mutex> lock(mutex_);
    SortInbox();
  }

  const uint32_t jobs = jobs_.load(std::memory_order_seq_cst);
  if (jobs == 0) {
    predictor_.Submitted(now);
    Pump();
  } else if (jobs < pool_.limit()) {
    // While a lane is fast, whether another job is worth it is asked now and then, not at every submission.
    const bool ask = !lane.fast.load(std::memory_order_relaxed) || now - pumped_ns_ > kAskNs;
    if (ask) {
      Pump();
    } else {
      held_back_ = true;
      Watch();
    }
  }
  return true;
}

// Any thread.
void Dispatcher::Push(Operation* operation) {
  Operation* head = inbox_.load(std::memory_order_relaxed);
  do {
    operation->next = head;
  } while (!inbox_.compare_exchange_weak(head, operation, std::memory_order_seq_cst));
}

// --- loop thread ----------------------------------------------------------------------------------------------------

Dispatcher::Job* Dispatcher::FreeJob() {
  if (!free_jobs_.empty()) {
    Job* const job = free_jobs_.back();
    free_jobs_.pop_back();
    return job;
  }
  job_slots_.push_back(std::make_unique<Job>());
  Job* const job = job_slots_.back().get();
  job->owner = this;
  job->work.data = job;
  return job;
}

bool Dispatcher::WantsJob() {
  if (jobs_.load(std::memory_order_relaxed) >= pool_.limit()) return false;
  std::lock_guard<std::mutex> lock(mutex_);
  return Startable(pumped_ns_) > 0;
}

void Dispatcher::Pump() {
  if (closing_.load(std::memory_order_relaxed)) return;
  pumped_ns_ = NowNs();
  while (WantsJob()) {
    const ProcessPool::Answer answer = pool_.Acquire(permit_);
    if (answer != ProcessPool::Answer::kYes) {
      if (!asked_) asked_ns_ = pumped_ns_;
      asked_ = true;
      // Nothing else would wake a loop without jobs when that permit turns out not to be used.
      if (answer == ProcessPool::Answer::kAskAgain && jobs_.load(std::memory_order_relaxed) == 0)
        uv_async_send(&async_);
      Help();
      return;
    }
    asked_ = helped_ = false;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      starting_++;
      jobs_.fetch_add(1, std::memory_order_seq_cst);
    }
    Job* const job = FreeJob();
    jobs_in_libuv_++;
    pool_.Queue(loop_, &job->work, OnWork, OnAfterWork);
  }
  // The work that a permit was asked for is done by now: kept, it would be lost to the other environments.
  if (asked_) pool_.Forget(permit_);
  asked_ = false;
  Watch();
}

// What waits behind the job of a fast lane counts on that job. Should it hang after all, and the loop have nothing else to
// do, only a clock can tell: the poller's thread looks in again in a while.
void Dispatcher::Watch() {
  if (held_back_) WakeIn(kWatchNs);
}

// Has `OnAsync` called after the pause, or earlier.
void Dispatcher::WakeIn(uint64_t pause_ns) {
  if (watching_.load(std::memory_order_acquire)) return;
  watching_.store(true, std::memory_order_relaxed);
  watchdog_.due_ns = NowNs() + pause_ns;
  watchdog_.context = this;
  watchdog_.ready = [](PollWaiter* waiter) {
    Dispatcher* const self = static_cast<Dispatcher*>(waiter->context);
    self->watching_.store(false, std::memory_order_release);
    uv_async_send(&self->async_);
  };
  if (Poller::Instance().Add(&watchdog_) != 0) watching_.store(false, std::memory_order_relaxed);
}

// This environment may have another job, and those who keep the permits have given none back for long: they hang (a dead
// mount). A thread of our own works until the queue is empty. libuv's reserve stays free for the rest of the program.
void Dispatcher::Help() {
  bool began;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const uint64_t last = !helped_ ? asked_ns_ : helpers_ > 0 ? helped_ns_ : 0;
    began = pumped_ns_ >= std::max(last, pool_.released_ns()) + kStarvedNs;
    if (began) {
      helpers_++;
      starting_++;
      jobs_.fetch_add(1, std::memory_order_seq_cst);
    }
  }
  if (!began) {
    WakeIn(kStarvedNs);
    return;
  }
  helped_ = true;
  helped_ns_ = pumped_ns_;
  // It may hang in its turn, and tells nobody.
  WakeIn(kStarvedNs);
  const auto body = [](void* self) { static_cast<Dispatcher*>(self)->Drain(true); };
  if (platform::StartThread("uvfiles-extra", body, this, kHelperStack) == 0) return;
  std::lock_guard<std::mutex> lock(mutex_);
  helpers_--;
  starting_--;
  jobs_.fetch_sub(1, std::memory_order_seq_cst);
}

void Dispatcher::OnAfterWork(uv_work_t* work, int) {
  Job* const job = static_cast<Job*>(work->data);
  Dispatcher* const self = job->owner;
  self->free_jobs_.push_back(job);
  self->jobs_in_libuv_--;
  if (self->closing_.load(std::memory_order_relaxed)) {
    self->MaybeClosed();
    return;
  }
  self->Pump();
  self->TakeCompleted();
  self->UpdateReference();
}

void Dispatcher::OnAsync(uv_async_t* async) {
  Dispatcher* const self = static_cast<Dispatcher*>(async->data);
  if (self->closing_.load(std::memory_order_relaxed)) {
    self->MaybeClosed();  // the helper may have ended
    return;
  }
  self->wakeups_++;
  self->TakeCompleted();
  if (self->closing_.load(std::memory_order_relaxed)) return;
  self->Pump();
  self->UpdateReference();
}

void Dispatcher::TakeCompleted() {
  announced_.store(false, std::memory_order_seq_cst);
  Operation* finished;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    finished = completed_head_;
    outstanding_ -= completed_count_;
    completed_head_ = completed_tail_ = nullptr;
    completed_count_ = 0;
    untaken_bytes_ = 0;
  }
  if (finished == nullptr) return;
  UpdateReference();
  deliver_(context_, finished);
}

// The loop lives as long as there is something to deliver that is sure to come, or must come.
void Dispatcher::UpdateReference() {
  const bool wanted = outstanding_ > idle_.load(std::memory_order_relaxed);
  if (wanted == referenced_) return;
  referenced_ = wanted;
  (wanted ? uv_ref : uv_unref)(reinterpret_cast<uv_handle_t*>(&async_));
}

CancelResult Dispatcher::Cancel(Operation* operation) {
  bool queued = false;
  for (;;) {
    if (Unpark(operation)) return CancelParked(operation);
    queued = Advance(operation, OpState::kQueued, OpState::kCancelled);
    if (queued || Advance(operation, OpState::kTaken, OpState::kCancelled)) break;
    std::lock_guard<std::mutex> lock(mutex_);
    const OpState state = operation->state.load(std::memory_order_acquire);
    if (state == OpState::kRunning) {
      operation->stop.store(true, std::memory_order_relaxed);
      if (operation->details != nullptr && operation->details->task != nullptr)
        operation->details->task->Cancel();
      return CancelResult::kRunning;
    }
    // Else it was parked, woken or taken meanwhile.
    if (state != OpState::kParked && state != OpState::kQueued && state != OpState::kTaken) {
      return CancelResult::kFinished;
    }
  }
  const bool began = BytesDone(*operation) > 0;
  GiveUp(*operation, UV_ECANCELED, true);
  if (queued) {
    // Out of the queue at once: what waits behind a dead mount must not hold files and memory until it wakes.
    std::lock_guard<std::mutex> lock(mutex_);
    SortInbox();
    if (operation->in_lane) {
      Lane& lane = *lanes_[operation->lane];
      lane.queue.Remove(operation);
      lane.waiting.fetch_sub(1, std::memory_order_relaxed);
      lane.cancelled++;
      Complete(operation);
    }
  }
  Announce();
  return began ? CancelResult::kRunning : CancelResult::kCancelled;
}

void Dispatcher::FinishNow(Operation* operation) {
  // Again and again: what is queued for more, or parked, between two looks is cancelled by the next one.
  while (Cancel(operation) == CancelResult::kRunning &&
         operation->state.load(std::memory_order_acquire) != OpState::kCancelled) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

void Dispatcher::DiscardWaiting() {
  DiscardParked();
  Operation* list = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    SortInbox();
    for (auto& lane : lanes_) {
      while (!lane->queue.empty()) Complete(lane->queue.pop_front());
    }
    list = completed_head_;
    completed_head_ = completed_tail_ = nullptr;
    completed_count_ = 0;
    untaken_bytes_ = 0;
  }
  while (list != nullptr) {
    Operation* const after = list->next;
    discard_(context_, list);
    list = after;
  }
}

void Dispatcher::Close(void (*closed)(void* context)) {
  closed_ = closed;
  closing_.store(true, std::memory_order_seq_cst);
  pool_.Forget(permit_);
  MaybeClosed();
}

void Dispatcher::MaybeClosed() {
  if (!async_open_) return;
  DiscardWaiting();
  if (jobs_in_libuv_ != 0) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (helpers_ != 0) return;
  }
  async_open_ = false;
  Poller::Instance().Remove(&watchdog_);
  uv_close(reinterpret_cast<uv_handle_t*>(&async_), [](uv_handle_t* handle) {
    Dispatcher* const self = static_cast<Dispatcher*>(handle->data);
    self->closed_(self->context_);
  });
}

void Dispatcher::CloseBlocking() {
  closing_.store(true, std::memory_order_seq_cst);
  Poller::Instance().Remove(&watchdog_);
  pool_.Forget(permit_);
  for (;;) {
    DiscardWaiting();
    std::unique_lock<std::mutex> lock(mutex_);
    // A job that has not begun touches nothing but this dispatcher, which outlives it.
    const bool ended = jobs_.load(std::memory_order_relaxed) == starting_ && helpers_ == 0;
    lock.unlock();
    if (ended) break;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  DiscardWaiting();  // what the last of them left
}

}  // namespace uvfiles
