#include "core/dispatcher.h"

#include <mutex>

#include "core/clock.h"
#include "platform/thread.h"

namespace uvfiles {

namespace {

constexpr size_t kChunk = 64;
constexpr uint32_t kSortEach =
    64;  // submissions after which the loop thread sorts the inbox by itself

}  // namespace

Dispatcher::Dispatcher(uv_loop_t* loop, Deliver deliver, Discard discard, void* context,
                       ProcessPool& pool, Poller& poller)
    : loop_(loop),
      deliver_(deliver),
      discard_(discard),
      context_(context),
      pool_(pool),
      poller_(poller),
      parking_(&inbox_, &async_, poller),
      lingering_(platform::Processors() == 1) {
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
  operation->concludes.store(false, std::memory_order_relaxed);
  operation->next = free_;
  free_ = operation;
}

bool Dispatcher::Submit(Operation* operation) {
  Lane& lane = lanes_.At(operation->lane);
  if (lane.waiting.load(std::memory_order_relaxed) >= lane.queue_limit) {
    std::lock_guard<Mutex> lock(mutex_);
    lane.rejected++;
    return false;
  }
  lane.waiting.fetch_add(1, std::memory_order_relaxed);
  const uint64_t now = NowNs();
  operation->queued_ns = now;
  operation->state.store(OpState::kQueued, std::memory_order_relaxed);
  outstanding_++;
  UpdateReference();
  inbox_.Push(operation);
  lingering_.Submitted();
  // What was just submitted is in this thread's cache. A job that sorts thousands would wait for each cache line.
  if (++unsorted_ >= kSortEach) {
    unsorted_ = 0;
    std::lock_guard<Mutex> lock(mutex_);
    lanes_.Sort(inbox_.TakeAll());
  }

  const uint32_t jobs = jobs_.load(std::memory_order_seq_cst);
  if (jobs == 0) {
    lingering_.SubmittedToNoJob(now);
    Pump();
  } else if (MayWantJob(jobs)) {
    // In a fast lane, whether another job is worth it is checked now and then, not at every submission.
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

int Dispatcher::AddLane(Priority priority, uint32_t concurrency, uint32_t queue_limit) {
  if (concurrency == 0) {
    const uint32_t limit = pool_.limit();
    concurrency = limit > 1 ? limit - 1 : 1;
  }
  std::lock_guard<Mutex> lock(mutex_);
  lanes_.Sort(inbox_.TakeAll());
  return lanes_.Add(priority, concurrency, queue_limit);
}

bool Dispatcher::ReadLaneFigures(uint16_t number, LaneFigures* figures) {
  std::lock_guard<Mutex> lock(mutex_);
  if (number >= lanes_.size()) return false;
  const Lane& lane = lanes_.At(number);
  *figures = {lane.waiting.load(std::memory_order_relaxed),
              lane.running,
              lane.completed,
              lane.cancelled,
              lane.rejected,
              lane.wait,
              lane.service};
  return true;
}

uint32_t Dispatcher::StockedResults(uint32_t* shortage) {
  std::lock_guard<Mutex> lock(mutex_);
  *shortage = result_stock_.TakeShortage();
  return result_stock_.size();
}

void Dispatcher::StockResult(ResultMemory* memory) {
  std::lock_guard<Mutex> lock(mutex_);
  result_stock_.Add(memory);
}

ResultMemory* Dispatcher::UnstockResult() {
  std::lock_guard<Mutex> lock(mutex_);
  return result_stock_.Take();
}

// Within a delivery (a callback has run the loop), this only notes that the loop was woken. Clearing the announcement
// without taking the list would lose that wake-up.
void Dispatcher::TakeCompleted() {
  if (delivering_) {
    missed_ = true;
    return;
  }
  uint32_t count;
  Operation* const finished = completions_.Take(&mutex_, &count);
  if (finished == nullptr) return;
  outstanding_ -= count;
  UpdateReference();
  delivering_ = true;
  deliver_(context_, finished);
  delivering_ = false;
  if (!missed_) return;
  missed_ = false;
  if (!closing_.load(std::memory_order_relaxed)) uv_async_send(&async_);
}

// The loop stays alive while an operation is outstanding. Parked reads do not count, because they may never end.
void Dispatcher::UpdateReference() {
  const bool wanted = outstanding_ > parking_.idle();
  if (wanted == referenced_) return;
  referenced_ = wanted;
  (wanted ? uv_ref : uv_unref)(reinterpret_cast<uv_handle_t*>(&async_));
}

// Under the lock, a queued operation stays queued. One that is taken may begin meanwhile, and even end.
bool Dispatcher::CancelBetweenSlices(Operation* operation) {
  if (operation->kind != OpKind::kTask) return false;
  std::lock_guard<Mutex> lock(mutex_);
  const OpState state = operation->state.load(std::memory_order_acquire);
  if (state != OpState::kQueued && state != OpState::kTaken) return false;
  if (!operation->concludes.load(std::memory_order_relaxed)) return false;
  operation->details->task->Cancel();
  return true;
}

CancelResult Dispatcher::Cancel(Operation* operation) {
  bool queued = false;
  for (;;) {
    if (CancelBetweenSlices(operation)) return CancelResult::kRunning;
    if (parking_.TakeBack(operation)) {
      // One that has begun is delivered with what it did, and so counts as running.
      const bool began = BytesDone(*operation) > 0;
      AbandonParked(operation, true);
      UpdateReference();
      completions_.Announce();
      return began ? CancelResult::kRunning : CancelResult::kCancelled;
    }
    queued = Advance(operation, OpState::kQueued, OpState::kCancelled);
    if (queued || Advance(operation, OpState::kTaken, OpState::kCancelled)) break;
    std::lock_guard<Mutex> lock(mutex_);
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
    // The poller may have it ready, and be about to push it.
    if (operation->poll) parking_.AwaitPush();
    // Leaves the queue at once. Operations that wait behind a dead mount must not hold files and memory meanwhile.
    std::lock_guard<Mutex> lock(mutex_);
    lanes_.Sort(inbox_.TakeAll());
    if (operation->in_lane) {
      Lane& lane = lanes_.At(operation->lane);
      lane.queue.Remove(operation);
      lane.waiting.fetch_sub(1, std::memory_order_relaxed);
      CompleteCancelled(operation, &lane);
    }
  }
  completions_.Announce();
  return began ? CancelResult::kRunning : CancelResult::kCancelled;
}

void Dispatcher::FinishNow(Operation* operation) {
  // Repeated, because the operation may have been queued for more, or parked, since the last attempt.
  while (Cancel(operation) == CancelResult::kRunning &&
         operation->state.load(std::memory_order_acquire) != OpState::kCancelled) {
    PauseThread(50 * 1000);
  }
}

void Dispatcher::StopWaiting(OpenFile* file) {
  {
    std::lock_guard<Mutex> lock(mutex_);
    file->stop_waiting = true;
  }
  const std::vector<Operation*> stopped = parking_.TakeBackReads(file);
  if (stopped.empty()) return;
  for (Operation* operation : stopped) AbandonParked(operation, false);
  UpdateReference();
  completions_.Announce();
}

void Dispatcher::AbandonParked(Operation* operation, bool keep_bytes) {
  GiveUp(*operation, UV_ECANCELED, keep_bytes);
  operation->state.store(OpState::kCancelled, std::memory_order_release);
  std::lock_guard<Mutex> lock(mutex_);
  CompleteCancelled(operation, &lanes_.At(operation->lane));
}

void Dispatcher::DiscardWaiting() {
  for (Operation* operation : parking_.TakeBackAll()) {
    GiveUp(*operation, UV_ECANCELED, false);
    operation->state.store(OpState::kCancelled, std::memory_order_release);
    discard_(context_, operation);
  }
  Operation* list;
  {
    std::lock_guard<Mutex> lock(mutex_);
    lanes_.Sort(inbox_.TakeAll());
    while (Operation* const operation = lanes_.PopAny()) completions_.Add(operation);
    uint32_t count;
    list = completions_.TakeLocked(&count);
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
  bool ended = jobs_in_libuv_ == 0;
  {
    std::lock_guard<Mutex> lock(mutex_);
    ended = ended && helpers_.load(std::memory_order_relaxed) == 0;
  }
  DiscardWaiting();  // after that check, so that nothing is left of a helper that ends in between
  if (!ended) return;
  async_open_ = false;
  poller_.Remove(&watchdog_.waiter);
  poller_.Remove(&batch_watchdog_.waiter);
  uv_close(reinterpret_cast<uv_handle_t*>(&async_), [](uv_handle_t* handle) {
    Dispatcher* const self = static_cast<Dispatcher*>(handle->data);
    self->closed_(self->context_);
  });
}

void Dispatcher::CloseBlocking() {
  closing_.store(true, std::memory_order_seq_cst);
  poller_.Remove(&watchdog_.waiter);
  mutex_.lock();  // a job that has not seen `closing_` may be about to start the other watchdog
  mutex_.unlock();
  poller_.Remove(&batch_watchdog_.waiter);
  pool_.Forget(permit_);
  for (;;) {
    DiscardWaiting();
    Locked lock(mutex_);
    // A job that has not begun touches nothing but this dispatcher, which outlives it.
    const bool ended = jobs_.load(std::memory_order_relaxed) == starting_ &&
                       helpers_.load(std::memory_order_relaxed) == 0;
    lock.unlock();
    if (ended) break;
    PauseThread(100 * 1000);
  }
  DiscardWaiting();  // what the last of them left
}

}  // namespace uvfiles
