// The dispatcher's pool threads: what a drain job takes, performs and hands back, and how it shares the queue.
#include <algorithm>
#include <chrono>
#include <thread>

#include "core/clock.h"
#include "core/dispatcher.h"
#include "platform/cached.h"
#include "platform/thread.h"

namespace uvfiles {

namespace {

// A lane that was passed over this often gets the next batch, whatever its priority.
constexpr uint32_t kAgeing[] = {0, 16, 64};

// Reads whose result is copied, or placed, into a chunk that it shares with others.
bool ReadsSmall(const Operation& operation) {
  return operation.kind == OpKind::kRead && operation.size > 0 &&
         operation.size <= BlockPool::kSmall && operation.memory == nullptr &&
         (operation.flags & kBorrowed) == 0 && !operation.file->polled;
}

// What looks up a path may hang on a dead mount, and must not strand what was taken with it.
bool GoesWithOthers(const Operation& operation) {
  return operation.kind == OpKind::kRead || operation.kind == OpKind::kWrite ||
         operation.kind == OpKind::kFstat;
}

}  // namespace

void Dispatcher::OnWork(uv_work_t* work) { static_cast<Job*>(work->data)->owner->Drain(false); }

void Dispatcher::Drain(bool helping) {
  const uint64_t begin_ns = NowNs();
  Batch batch;
  uint32_t batches = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  starting_--;
  uint64_t asked_ns = begin_ns;  // when it was last asked whether to go on
  for (;;) {
    if (!TakeBatch(&batch)) {
      if (!helping && Lingers(&lock, batches)) {
        batches = 0;
        continue;
      }
      predictor_.JobEnded(NowNs());
      jobs_.fetch_sub(1, std::memory_order_seq_cst);
      if (closing_.load(std::memory_order_relaxed) ||
          inbox_.load(std::memory_order_seq_cst) == nullptr)
        break;
      jobs_.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    const bool tell = completed_head_ != nullptr && !announced_.load(std::memory_order_relaxed);
    lock.unlock();
    if (tell) Announce();
    PerformBatch(&batch, begin_ns + kSliceNs);
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
    helpers_--;
    uv_async_send(&async_);
    return;
  }
  lock.unlock();
  pool_.Release();
}

bool Dispatcher::TakeBatch(Batch* batch) {
  if (closing_.load(std::memory_order_relaxed)) return false;
  SortInbox();
  batch->count = 0;
  while (batch->count == 0) {
    Lane* const lane = PickLane();
    if (lane == nullptr) return false;
    lane->progress_ns = NowNs();
    // Several jobs share a short queue; slow operations are not taken ahead, lest one that hangs strands the rest.
    const uint32_t sharing = jobs_.load(std::memory_order_relaxed);
    uint32_t wanted =
        lane->service_ewma > kSlowNs ? 1 : lane->queue.size() / (sharing == 0 ? 1 : sharing);
    if (wanted < 1) wanted = 1;
    if (wanted > kBatch) wanted = kBatch;
    if (!GoesWithOthers(*lane->queue.Front())) wanted = 1;
    batch->lane = lane;
    CollectAdvice(lane, batch);
    while (wanted-- > 0 && !lane->queue.empty()) {
      if (batch->count > 0 && !GoesWithOthers(*lane->queue.Front())) break;
      Operation* const operation = lane->queue.pop_front();
      lane->waiting.fetch_sub(1, std::memory_order_relaxed);
      if (lane->advised > 0) lane->advised--;
      if (Advance(operation, OpState::kQueued, OpState::kTaken)) {
        batch->operations[batch->count++] = operation;
      } else {
        lane->cancelled++;
        Complete(operation);
      }
    }
  }
  batch->lane->running_jobs++;
  batch->lane->running += batch->count;
  // A lone read is better served by memory of its own size.
  if (batch->count >= kBatch / 2 && batch->operations[0]->size >= kPlacedFrom &&
      ReadsSmall(*batch->operations[0])) {
    if (result_stock_.empty()) {
      result_shortage_++;
    } else {
      batch->memory = result_stock_.back();
      batch->memory->users = 0;
      batch->used = 0;
      result_stock_.pop_back();
    }
  }
  return true;
}

// A place in the batch's result memory, if it has any.
bool Dispatcher::Batch::Place(Operation* operation) {
  if (memory == nullptr || (operation->flags & kKeepBlock) != 0) return false;
  if (operation->size > memory->capacity - used) return false;
  operation->memory = memory;
  operation->data = memory->data + used;
  memory->users++;
  used += (operation->size + 7) & ~size_t{7};
  if (used > memory->capacity) used = memory->capacity;
  return true;
}

// The depth that the disk sees need not be the number of threads: reads that are known to be cold are started together,
// a window at a time, before the first of them is waited for. Sequential ranges are left to the kernel's read-ahead.
void Dispatcher::CollectAdvice(Lane* lane, Batch* batch) {
  batch->advised = 0;
  Operation* operation = lane->queue.Front();
  if ((operation->flags & kCold) == 0 || lane->advised > 0 || lane->queue.size() < kAdviceWorth)
    return;
  const Operation* before = nullptr;
  for (; operation != nullptr && batch->advised < kAdviceWindow;
       before = operation, operation = operation->next) {
    lane->advised++;
    if ((operation->flags & (kCold | kAdvised)) != kCold || operation->kind != OpKind::kRead)
      continue;
    if (operation->position < 0) continue;
    operation->flags |= kAdvised;
    if (before != nullptr && before->file == operation->file &&
        before->position + static_cast<int64_t>(before->size) == operation->position) {
      continue;
    }
    batch->advice[batch->advised++] = {operation->file->fd, operation->position, operation->size};
  }
  // Half a window before it is used up the next one starts.
  if (lane->advised > kAdviceWindow / 2) lane->advised -= kAdviceWindow / 2;
}

void Dispatcher::PerformBatch(Batch* batch, uint64_t slice_end_ns) {
  // A hint: should a file have been closed meanwhile, some other file's pages are fetched.
  for (int i = 0; i < batch->advised; i++) {
    platform::WillNeed(batch->advice[i].fd, batch->advice[i].position, batch->advice[i].size);
  }
  uint64_t clock = NowNs();
  for (int i = 0; i < batch->count; i++) {
    Operation* const operation = batch->operations[i];
    batch->started[i] = batch->ended[i] = clock;
    // One that has begun says what it did, which JavaScript expects of what its own timer cancels.
    const bool expired = operation->timeout_ms > 0 && BytesDone(*operation) == 0 &&
                         clock > operation->queued_ns &&
                         static_cast<double>(clock - operation->queued_ns) >=
                             static_cast<double>(operation->timeout_ms) * 1e6;
    if (closing_.load(std::memory_order_relaxed) || expired) {
      if (Advance(operation, OpState::kTaken, OpState::kCancelled)) {
        GiveUp(*operation, expired ? UV_ETIMEDOUT : UV_ECANCELED, true);
      }
      continue;
    }
    if (!Advance(operation, OpState::kTaken, OpState::kRunning)) continue;
    if (ReadsSmall(*operation) && !batch->Place(operation)) {
      const Block block = batch->stash.Acquire(operation->size);
      operation->data = block.data;
      operation->capacity = block.capacity;
    }
    const Performed performed = Perform(*operation, slice_end_ns);
    // One that has to wait stays "running" until it is parked, under the lock.
    if (performed == Performed::kDone)
      operation->state.store(OpState::kFinished, std::memory_order_release);
    if (performed == Performed::kAgain)
      operation->state.store(OpState::kQueued, std::memory_order_release);
    clock = batch->ended[i] = NowNs();
  }
}

void Dispatcher::SettleBatch(Batch* batch) {
  Lane& lane = *batch->lane;
  lane.running_jobs--;
  lane.running -= batch->count;
  if (batch->memory != nullptr) {
    // With users it goes with them; one memory never serves two batches, lest the first's results show it too early.
    if (batch->memory->users == 0) result_stock_.push_back(batch->memory);
    batch->memory = nullptr;
  }
  for (int i = 0; i < batch->count; i++) {
    Operation* const operation = batch->operations[i];
    const OpState state = operation->state.load(std::memory_order_relaxed);
    if (state == OpState::kRunning) {
      Park(operation, &lane);
      continue;
    }
    const bool stopped =
        operation->stop && operation->kind != OpKind::kTask;  // tasks end by themselves
    if (state == OpState::kQueued && stopped &&
        Advance(operation, OpState::kQueued, OpState::kCancelled)) {
      GiveUp(*operation, UV_ECANCELED, true);
    } else if (state == OpState::kQueued) {  // more to do
      operation->queued_ns = batch->ended[i];
      Queue(&lane, operation);
      lane.waiting.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    if (state == OpState::kFinished) {
      const uint64_t service = batch->ended[i] - batch->started[i];
      const uint64_t queued = operation->queued_ns;
      lane.completed++;
      lane.wait.Record(batch->started[i] > queued ? batch->started[i] - queued : 0);
      lane.service.Record(service);
      lane.service_ewma +=
          (static_cast<int64_t>(service) - static_cast<int64_t>(lane.service_ewma)) / 8;
      lane.fast.store(lane.service_ewma < kFastNs, std::memory_order_relaxed);
    } else {
      lane.cancelled++;
    }
    Complete(operation);
  }
}

// A job gives its thread back after a slice, so that dns, crypto and zlib get their turn. While the loop thread is
// busy it can neither queue us again nor submit foreign work, so a job that sees its announcement unheard goes on.
bool Dispatcher::KeepsThread(std::unique_lock<std::mutex>* lock, uint64_t begin_ns,
                             uint64_t* asked_ns) {
  uint64_t now = NowNs();
  if (now - begin_ns < kSliceNs || now - *asked_ns < kAgainNs) return true;
  *asked_ns = now;
  if (!HasWork()) {
    predictor_.JobEnded(now);
    return false;  // whatever comes next, a job of its own may be queued for
  }
  if (now - begin_ns >= kLongestNs || untaken_bytes_ > kMaxUntakenBytes) return false;
  if (closing_.load(std::memory_order_relaxed) || pool_.Contended(permit_)) return false;
  lock->unlock();
  Announce();
  // A loop that waits in its poll hears of it within some 50 us.
  while (announced_.load(std::memory_order_acquire) &&
         now - announced_ns_.load(std::memory_order_relaxed) < kFreshNs) {
    std::this_thread::sleep_for(std::chrono::microseconds(20));
    now = NowNs();
  }
  const bool unheard = announced_.load(std::memory_order_acquire);
  lock->lock();
  return unheard;
}

// A job that has just served a stream of cached reads, or whose like got their next work a moment after they ended (a
// program that awaits one operation after another), looks out for the next ones before it gives up its thread: the loop
// is handing out what was done, and what it asks for next would otherwise cost a wake-up of some 10 us. One job at a
// time. True: there is something to take.
bool Dispatcher::Lingers(std::unique_lock<std::mutex>* lock, uint32_t batches) {
  static const bool alone = platform::Processors() == 1;
  if (lingering_ || completed_head_ == nullptr || alone) return false;
  const bool busy =
      batches >= kBusyBatches && lanes_[kDefaultLane]->fast.load(std::memory_order_relaxed);
  if ((!busy && !predictor_.Expects()) || pool_.Contended(permit_)) return false;
  // A dispatcher that closes begins nothing more, though its lanes still hold what Close() is about to discard.
  if (closing_.load(std::memory_order_relaxed)) return false;
  // What is pushed from here on is in the inbox, or the loop thread has sorted it and this has changed.
  const uint32_t submitted = submitted_.load(std::memory_order_acquire);
  if (HasWork()) return true;
  lingering_ = true;
  const auto found = [&] {
    return inbox_.load(std::memory_order_relaxed) != nullptr ||
           submitted_.load(std::memory_order_acquire) != submitted;
  };
  lock->unlock();
  Announce();
  const uint64_t begin = NowNs();
  const uint64_t until = begin + (busy ? kBusyLingerNs : PromptPredictor::kPatienceNs);
  while (!found() && !closing_.load(std::memory_order_relaxed) && NowNs() < until)
    std::this_thread::yield();
  lock->lock();
  lingering_ = false;
  const bool served = HasWork() && !closing_.load(std::memory_order_relaxed);
  if (!busy) predictor_.Waited(NowNs() - begin, served);
  return served;
}

void Dispatcher::Announce() {
  if (announced_.exchange(true, std::memory_order_acq_rel)) return;
  announced_ns_.store(NowNs(), std::memory_order_relaxed);
  uv_async_send(&async_);
}

// --- under the lock -------------------------------------------------------------------------------------------------

void Dispatcher::SortInbox() {
  Operation* newest = inbox_.exchange(nullptr, std::memory_order_acquire);
  Operation* oldest = nullptr;
  while (newest != nullptr) {  // the inbox is a stack
    Operation* const before = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = before;
  }
  while (oldest != nullptr) {
    Operation* const after = oldest->next;
    Queue(lanes_[oldest->lane].get(), oldest);
    oldest = after;
  }
}

void Dispatcher::Queue(Lane* lane, Operation* operation) {
  lane->queue.push_back(operation);
  if (!lane->listed) busy_lanes_.push_back(lane);
  lane->listed = true;
}

// Something that a job could take.
bool Dispatcher::HasWork() const {
  if (inbox_.load(std::memory_order_relaxed) != nullptr) return true;
  for (const Lane* const lane : busy_lanes_) {
    if (lane->Eligible()) return true;
  }
  return false;
}

// Strict priority, tempered: a lane that was passed over long enough goes first. Lanes of one priority take turns.
Lane* Dispatcher::PickLane() {
  const auto emptied = [](Lane* lane) {
    if (!lane->queue.empty()) return false;
    lane->listed = false;
    return true;
  };
  busy_lanes_.erase(std::remove_if(busy_lanes_.begin(), busy_lanes_.end(), emptied),
                    busy_lanes_.end());
  auto best = busy_lanes_.end();
  int best_rank = 0;
  for (auto at = busy_lanes_.begin(); at != busy_lanes_.end(); ++at) {
    const Lane& lane = **at;
    if (!lane.Eligible()) continue;
    const int priority = static_cast<int>(lane.priority);
    const int rank = priority != 0 && lane.passed_over >= kAgeing[priority] ? -1 : priority;
    if (best == busy_lanes_.end() || rank < best_rank) {
      best = at;
      best_rank = rank;
    }
  }
  if (best == busy_lanes_.end()) return nullptr;
  Lane* const picked = *best;
  std::rotate(best, best + 1, busy_lanes_.end());
  for (Lane* const lane : busy_lanes_) {
    if (lane != picked && lane->Eligible()) lane->passed_over++;
  }
  picked->passed_over = 0;
  return picked;
}

// How many more jobs would find something to do that is worth waking a thread for.
uint32_t Dispatcher::Startable(uint64_t now) {
  SortInbox();
  held_back_ = false;
  uint32_t wanted = 0;
  for (const Lane* const lane : busy_lanes_) {
    if (lane->queue.empty() || lane->running_jobs >= lane->concurrency) continue;
    uint32_t useful = lane->queue.size();
    const uint32_t busy = lane->running_jobs + starting_;
    if (lane->service_ewma < kFastNs && busy > 0 && now - lane->progress_ns < kStuckNs) {
      // Cached reads: one thread does them faster than the loop asks for them; a wake-up costs more than a few.
      const uint64_t jobs = 1 + useful * lane->service_ewma / kWorthNs;
      useful = jobs > busy ? static_cast<uint32_t>(jobs - busy) : 0;
      if (useful == 0 && lane->queue.size() > starting_) held_back_ = true;
    }
    const uint32_t room = lane->concurrency - lane->running_jobs;
    wanted += useful < room ? useful : room;
  }
  const uint32_t coming = starting_ + (lingering_ ? 1 : 0);
  return wanted > coming ? wanted - coming : 0;
}

void Dispatcher::Complete(Operation* operation) {
  operation->next = nullptr;
  (completed_tail_ != nullptr ? completed_tail_->next : completed_head_) = operation;
  completed_tail_ = operation;
  completed_count_++;
  untaken_bytes_ += operation->capacity;
  if (operation->memory != nullptr) untaken_bytes_ += operation->size;
}

}  // namespace uvfiles
