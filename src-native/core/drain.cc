// The dispatcher's pool threads: what a drain job takes, performs and hands back, and how it shares the queue.
#include <uv.h>

#include <algorithm>

#include "core/clock.h"
#include "core/dispatcher.h"
#include "platform/cached.h"

namespace uvfiles {

void Dispatcher::OnWork(uv_work_t* work) { static_cast<Job*>(work->data)->owner->Drain(false); }

void Dispatcher::Drain(bool helping) {
  const uint64_t begin_ns = NowNs();
  Batch batch;
  uint32_t batches = 0;
  Locked lock(mutex_);
  starting_--;
  uint64_t asked_ns = begin_ns;  // when it was last asked whether to go on
  for (;;) {
    if (!TakeBatch(&batch)) {
      if (!helping && Lingers(&lock, batches)) {
        batches = 0;
        continue;
      }
      lingering_.JobEnded(NowNs());
      jobs_.fetch_sub(1, std::memory_order_seq_cst);
      if (closing_.load(std::memory_order_relaxed) || inbox_.empty()) break;
      jobs_.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    const bool tell = completions_.Untold();
    lock.unlock();
    if (tell) completions_.Announce();
    // All files of a window have been opened when the first one is read, so they get a separate
    // slice.
    const uint64_t slice_begin_ns = batch.opens_ahead ? NowNs() : begin_ns;
    batch.Perform(slice_begin_ns + kSliceNs, closing_);
    lock.lock();
    SettleBatch(&batch);
    batches++;
    if (!helping && !KeepsThread(&lock, begin_ns, &asked_ns)) {
      jobs_.fetch_sub(1, std::memory_order_seq_cst);
      break;
    }
  }
  if (helping) {
    // Under the lock: once the loop thread sees that the helper has ended, nothing of it touches the dispatcher.
    helpers_.fetch_sub(1, std::memory_order_relaxed);
    uv_async_send(&async_);
    return;
  }
  lock.unlock();
  pool_.Release();
}

// What has been submitted is sorted first, so that the answer is about all of it. Under the lock.
bool Dispatcher::HasWork() {
  if (closing_.load(std::memory_order_relaxed)) return false;
  lanes_.Sort(inbox_.TakeAll());
  if (!recallable_.empty()) Recall(NowNs());
  return lanes_.HasEligible();
}

// An operation that hangs does not hold up for long what was taken together with it: what has been performed is delivered, and
// others perform the rest.
void Dispatcher::Recall(uint64_t now) {
  const auto recalled = [&](Batch* batch) {
    if (now < batch->taken_ns + kRecallNs) return false;
    const int end = batch->kept;
    batch->Recall();
    Operation* given_back = nullptr;  // the last one
    for (int i = 0; i < batch->first; i++) Settle(batch, i, &given_back);
    for (int i = batch->kept; i < end; i++) Settle(batch, i, &given_back);
    if (!completions_.empty()) completions_.Announce();
    return true;
  };
  recallable_.erase(std::remove_if(recallable_.begin(), recallable_.end(), recalled),
                    recallable_.end());
}

bool Dispatcher::TakeBatch(Batch* batch) {
  batch->count = 0;
  while (batch->count == 0) {
    if (!HasWork()) return false;
    Lane* const lane = lanes_.Pick();
    const uint64_t now = NowNs();
    lane->progress_ns = now;
    const uint32_t jobs = jobs_.load(std::memory_order_relaxed);
    const Operation& first = *lane->queue.Front();
    batch->lane = lane;
    batch->opens_ahead = lane->FilesAreCold() && lane->queue.size() >= Batch::kAheadWorth &&
                         Batch::OpensAhead(first) && platform::KnowsMounts();
    batch->recallable = !batch->opens_ahead && !Batch::KeepsOrder(first);
    uint32_t wanted = Lanes::HowMany(*lane, jobs, Batch::kMost);
    if (batch->recallable && lane->service_ewma > kTogetherNs) wanted = 1;
    if (batch->opens_ahead) wanted = Lanes::Share(*lane, jobs, Batch::kMost);
    batch->CollectAdvice();
    while (wanted-- > 0 && !lane->queue.empty()) {
      if (batch->count > 0 && !batch->Fits(*lane->queue.Front())) break;
      Operation* const operation = lane->TakeFirst();
      if (Advance(operation, OpState::kQueued, OpState::kTaken)) {
        batch->operations[batch->count++] = operation;
      } else {
        CompleteCancelled(operation, lane);
        // The choices above are about that operation: the next one may be of another kind.
        if (batch->count == 0) break;
      }
    }
    batch->Taken(now);
  }
  batch->recallable = batch->recallable && batch->count > 1;
  if (batch->recallable) {
    recallable_.push_back(batch);
    WatchBatches();
  }
  batch->lane->running_jobs++;
  batch->lane->running += batch->count;
  batch->UseMemory(batch->WantsMemory() ? result_stock_.TakeForBatch() : nullptr);
  return true;
}

void Dispatcher::SettleBatch(Batch* batch) {
  if (batch->recallable) {
    recallable_.erase(std::remove(recallable_.begin(), recallable_.end(), batch),
                      recallable_.end());
  }
  batch->lane->running_jobs--;
  if (batch->memory != nullptr) {
    // If results use it, it is delivered with them. One memory never serves two batches: the first one's results would show
    // JavaScript memory that is still being filled.
    if (batch->memory->users == 0) result_stock_.Add(batch->memory);
    batch->memory = nullptr;
  }
  Operation* given_back = nullptr;  // the last one
  for (int i = batch->first; i < batch->kept; i++) Settle(batch, i, &given_back);
}

void Dispatcher::Settle(Batch* batch, int index, Operation** given_back) {
  Lane& lane = *batch->lane;
  lane.running--;
  Operation* const operation = batch->operations[index];
  const OpState state = operation->state.load(std::memory_order_relaxed);
  if (state == OpState::kRunning) return Park(operation, &lane);
  // Tasks end by themselves.
  const bool stopped =
      operation->stop.load(std::memory_order_relaxed) && operation->kind != OpKind::kTask;
  if (state == OpState::kQueued && stopped &&
      Advance(operation, OpState::kQueued, OpState::kCancelled)) {
    GiveUp(*operation, UV_ECANCELED, true);
    return CompleteCancelled(operation, &lane);
  }
  const bool recalled =
      state == OpState::kTaken && Advance(operation, OpState::kTaken, OpState::kQueued);
  if (recalled || (state == OpState::kQueued && batch->opens_ahead)) {
    lanes_.GiveBack(&lane, *given_back, operation);
    *given_back = operation;
    lane.waiting.fetch_add(1, std::memory_order_relaxed);
  } else if (state == OpState::kQueued) {  // more to do
    operation->queued_ns = batch->ended[index];
    lanes_.Queue(&lane, operation);
    lane.waiting.fetch_add(1, std::memory_order_relaxed);
  } else if (state == OpState::kFinished) {
    const uint64_t queued = operation->queued_ns;
    const uint64_t service_ns = batch->ended[index] - batch->started[index];
    if (operation->kind == OpKind::kReadFile)
      lane.RecordFile(service_ns, batch->opens_ahead && batch->cold[index]);
    const uint64_t wait_ns = batch->started[index] > queued ? batch->started[index] - queued : 0;
    lane.RecordCompleted(wait_ns, service_ns);
    completions_.Add(operation);
  } else {
    CompleteCancelled(operation, &lane);
  }
}

// An operation that was cancelled while it ran must not begin to wait, nor one whose file does not wait any more.
void Dispatcher::Park(Operation* operation, Lane* lane) {
  const bool stopped =
      operation->stop.load(std::memory_order_relaxed) || closing_.load(std::memory_order_relaxed);
  const int status = stopped ? UV_ECANCELED : parking_.Park(operation, lane);
  if (status == 0) return;
  GiveUp(*operation, status, stopped);
  operation->state.store(OpState::kCancelled, std::memory_order_release);
  CompleteCancelled(operation, lane);
}

void Dispatcher::CompleteCancelled(Operation* operation, Lane* lane) {
  lane->cancelled++;
  completions_.Add(operation);
}

// A job gives its thread back after a slice, so that dns, crypto and zlib get their turn. While the
// loop thread is busy, it can neither queue this job again nor submit other work, so a job whose
// announcement has not been noticed continues.
bool Dispatcher::KeepsThread(Locked* lock, uint64_t begin_ns, uint64_t* asked_ns) {
  const uint64_t now = NowNs();
  if (now - begin_ns < kSliceNs || now - *asked_ns < kAgainNs) return true;
  *asked_ns = now;
  if (!HasWork()) {
    lingering_.JobEnded(now);
    return false;  // whatever comes next can get another job
  }
  if (now - begin_ns >= kLongestNs || completions_.bytes() > kMaxUntakenBytes) return false;
  if (pool_.Contended(permit_)) return false;
  lock->unlock();
  const bool unheard = completions_.StaysUnheard();
  lock->lock();
  return unheard;
}

// True: there is something to take.
bool Dispatcher::Lingers(Locked* lock, uint32_t batches) {
  const bool fast = lanes_.At(kDefaultLane).fast.load(std::memory_order_relaxed);
  if (completions_.empty() || !lingering_.Wanted(batches, fast) || pool_.Contended(permit_))
    return false;
  Lingering::Wait wait = lingering_.Begin(batches, fast);
  lock->unlock();
  completions_.Announce();
  Lingering::Woken(&wait, NowNs());
  while (!lingering_.Over(wait, inbox_, NowNs()) && !closing_.load(std::memory_order_relaxed))
    YieldThread();
  lock->lock();
  const bool served = HasWork();
  lingering_.End(wait, NowNs(), served);
  return served;
}

}  // namespace uvfiles
