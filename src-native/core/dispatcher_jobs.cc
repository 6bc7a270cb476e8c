// The dispatcher's jobs: when one more is started, who gives it a thread, and what watches over it. Loop thread.
#include <algorithm>
#include <mutex>

#include "core/clock.h"
#include "core/dispatcher.h"
#include "platform/thread.h"

namespace uvfiles {

namespace {

constexpr size_t kHelperStack = 1024 * 1024;

}  // namespace

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

// Helpers have no permit, so they do not count against the pool's limit.
bool Dispatcher::MayWantJob(uint32_t jobs) const {
  return jobs < pool_.limit() + helpers_.load(std::memory_order_relaxed);
}

bool Dispatcher::WantsJob() {
  held_back_ = false;
  std::lock_guard<Mutex> lock(mutex_);
  const bool has_work = HasWork();
  if (!recallable_.empty()) WatchBatches();
  // If no more jobs are possible, the end of a job checks again, and nothing needs to be watched.
  if (!has_work || !MayWantJob(jobs_.load(std::memory_order_relaxed))) return false;
  const Lanes::Demand demand = lanes_.JobsWanted(pumped_ns_, starting_);
  held_back_ = demand.held_back;
  return demand.jobs > starting_ + (lingering_.active() ? 1 : 0);
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
      std::lock_guard<Mutex> lock(mutex_);
      starting_++;
      jobs_.fetch_add(1, std::memory_order_seq_cst);
    }
    Job* const job = FreeJob();
    jobs_in_libuv_++;
    pool_.Queue(loop_, &job->work, OnWork, OnAfterWork);
  }
  // The work that a permit was asked for is done. Other environments need the permit.
  if (asked_) pool_.Forget(permit_);
  asked_ = false;
  Watch();
}

// Operations in a fast lane count on the job that serves it. If that job hangs while the loop has nothing else to do, only a
// clock can tell. So the poller's thread wakes the loop after a while.
void Dispatcher::Watch() {
  if (held_back_) WakeIn(&watchdog_, kWatchNs);
}

// The same for what a job has taken, by a watchdog of its own: jobs start it, and it is needed even
// if no other job is possible, because results have to be delivered. Under the lock.
void Dispatcher::WatchBatches() {
  if (!closing_.load(std::memory_order_relaxed)) WakeIn(&batch_watchdog_, kWatchBatchesNs);
}

// Has `OnAsync` called after the pause, or earlier.
void Dispatcher::WakeIn(Watchdog* watchdog, uint64_t pause_ns) {
  if (watchdog->set.load(std::memory_order_acquire)) return;
  watchdog->set.store(true, std::memory_order_relaxed);
  watchdog->loop = &async_;
  watchdog->waiter.due_ns = NowNs() + pause_ns;
  watchdog->waiter.context = watchdog;
  watchdog->waiter.ready = [](PollWaiter* waiter) {
    Watchdog* const self = static_cast<Watchdog*>(waiter->context);
    uv_async_t* const loop = self->loop;
    self->set.store(false, std::memory_order_release);
    uv_async_send(loop);
  };
  if (poller_.Add(&watchdog->waiter) != 0) watchdog->set.store(false, std::memory_order_relaxed);
}

// This environment may have another job, but no permit has been given back for long: the jobs that have them hang (a dead
// mount). A thread of the addon's own works until the queue is empty. libuv's reserve stays free for the program.
void Dispatcher::Help() {
  if (jobs_.load(std::memory_order_relaxed) >= pool_.limit()) return;
  bool began;
  {
    std::lock_guard<Mutex> lock(mutex_);
    const uint32_t helpers = helpers_.load(std::memory_order_relaxed);
    const uint64_t last = !helped_ ? asked_ns_ : helpers > 0 ? helped_ns_ : 0;
    began = pumped_ns_ >= std::max(last, pool_.released_ns()) + kStarvedNs;
    if (began) {
      helpers_.store(helpers + 1, std::memory_order_relaxed);
      starting_++;
      jobs_.fetch_add(1, std::memory_order_seq_cst);
    }
  }
  if (!began) {
    WakeIn(&watchdog_, kStarvedNs);
    return;
  }
  helped_ = true;
  helped_ns_ = pumped_ns_;
  // It may hang, too, without any notice.
  WakeIn(&watchdog_, kStarvedNs);
  const auto body = [](void* self) { static_cast<Dispatcher*>(self)->Drain(true); };
  if (platform::StartThread("uvfiles-extra", body, this, kHelperStack) == 0) return;
  std::lock_guard<Mutex> lock(mutex_);
  helpers_.fetch_sub(1, std::memory_order_relaxed);
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

}  // namespace uvfiles
