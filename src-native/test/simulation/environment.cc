#include "test/simulation/environment.h"

#include <algorithm>

#include "test/simulation/scheduler.h"

namespace uvfiles {
namespace simulation {

namespace {

constexpr int kFiles = 3;
constexpr OpKind kKinds[] = {OpKind::kRead, OpKind::kRead, OpKind::kWrite,   OpKind::kFstat,
                             OpKind::kStat, OpKind::kTask, OpKind::kReadFile};

Act ChooseAct() {
  const uint32_t chance = Random(100);
  if (chance < 60) return Act::kQuick;
  if (chance < 72) return Act::kSlow;
  if (chance < 76) return Act::kFails;
  if (chance < 80) return Act::kHangs;
  if (chance < 86) return Act::kSteps;
  return chance < 96 ? Act::kWaits : Act::kWaitsDue;
}

}  // namespace

bool reserve_changed = false;

Environment::Environment(int number, ProcessPool* pool, Poller* poller)
    : number_(number),
      pool_(pool),
      dispatcher_(
          std::make_unique<Dispatcher>(&loop_.loop, Deliver, Discard, this, *pool, *poller)) {
  if (dispatcher_->Open() != 0) Fail("Open() failed");
  lanes_ = {{UINT32_MAX, false}, {std::max(pool->limit(), 2u) - 1, false}};
  for (int i = 0; i < kFiles; i++) {
    files_.push_back(std::make_unique<OpenFile>());
    files_.back()->fd = static_cast<int>(kernel.tokens.size());
    kernel.tokens.push_back(0);
  }
}

void Environment::Live() {
  const uint32_t acts = 5 + Random(60);
  for (uint32_t i = 0; i < acts; i++) {
    Behave();
    Step();
  }
  if (OneIn(2)) Drain();
  if (OneIn(8)) {
    CloseBlocking();
  } else {
    Close();
  }
  ended_ = true;
}

void Environment::Behave() {
  const uint32_t chance = Random(100);
  if (chance < 40) {
    for (uint32_t left = 1 + Random(OneIn(10) ? 80 : 6); left > 0; left--) Submit();
  } else if (chance < 50) {
    CancelOne();
  } else if (chance < 52) {
    FinishOne();
  } else if (chance < 55) {
    StopWaitingForOne();
  } else if (chance < 58) {
    AddLane();
  } else if (chance < 60) {
    RetireLane();
  } else if (chance < 61) {
    const uint32_t reserve = Random(3);
    reserve_changed = true;
    kernel.most_permits =
        std::max(kernel.most_permits, pool_->threads() - std::min(reserve, pool_->threads() - 1));
    pool_->SetReserve(reserve);
  } else if (chance < 64) {
    QueueForeign();
  } else if (chance < 70) {
    Sleep(Random(OneIn(5) ? 100 * 1000 * 1000 : 50 * 1000));  // the loop computes
  } else if (chance < 90) {
    loop_.RunOnce();
  } else {
    Wait();
  }
}

void Environment::Submit() {
  const auto lane = static_cast<uint8_t>(Random(static_cast<uint32_t>(lanes_.size())));
  if (lanes_[lane].retired) return;
  OpenFile* const file = files_[Random(kFiles)].get();
  Operation* const operation = dispatcher_->Acquire();
  operation->kind = kKinds[Random(sizeof kKinds / sizeof *kKinds)];
  if (kernel.whole_files && !OneIn(4)) operation->kind = OpKind::kReadFile;
  if (kernel.quick_stats && !OneIn(16)) operation->kind = OpKind::kStat;
  operation->lane = lane;
  operation->file = file;
  operation->result = 0;
  operation->data = nullptr;
  operation->capacity = 0;
  operation->timeout_ms = OneIn(10) ? static_cast<float>(Random(2000)) / 1000 : 0;
  operation->flags = 0;
  if (operation->kind == OpKind::kReadFile) {
    details_.emplace_back();
    operation->details = &details_.back();
  }
  operation->slot = static_cast<uint32_t>(kernel.fates.size());
  Fate fate;
  fate.operation = operation;
  fate.environment = number_;
  fate.act = kernel.quick_stats && !OneIn(16) ? Act::kQuick : ChooseAct();
  // The job gives a block only to what it does in one go.
  operation->size = fate.act <= Act::kHangs && OneIn(4) ? 4096 : 0;
  fate.left = 1 + Random(3);
  fate.fd = file->fd;
  kernel.fates.push_back(fate);
  const uint32_t slot = operation->slot;
  open_.push_back(slot);
  if (dispatcher_->Submit(operation)) return;
  open_.pop_back();
  kernel.fates[slot].settled = true;
  operation->details = nullptr;
  dispatcher_->Release(operation);
}

Fate* Environment::AnyOpen() {
  if (open_.empty()) return nullptr;
  return &kernel.fates[open_[Random(static_cast<uint32_t>(open_.size()))]];
}

void Environment::CancelOne() {
  // Often the oldest one, because a job may be about to take it.
  Fate* const fate = !open_.empty() && OneIn(2) ? &kernel.fates[open_.front()] : AnyOpen();
  if (fate == nullptr) return;
  fate->cancelled = true;
  const CancelResult result = dispatcher_->Cancel(fate->operation);
  if (result == CancelResult::kCancelled) fate->gave_up = true;
}

void Environment::FinishOne() {
  Fate* const fate = AnyOpen();
  if (fate == nullptr) return;
  fate->cancelled = true;
  LetGo();
  dispatcher_->FinishNow(fate->operation);
  if (fate->in_kernel) Fail("FinishNow left operation %u in the kernel", fate->operation->slot);
}

void Environment::StopWaitingForOne() { dispatcher_->StopWaiting(files_[Random(kFiles)].get()); }

void Environment::AddLane() {
  const uint32_t concurrency = OneIn(2) ? 1 + Random(2) : UINT32_MAX;
  const int number = dispatcher_->AddLane(static_cast<Priority>(Random(3)), concurrency,
                                          OneIn(3) ? 1 + Random(5) : UINT32_MAX);
  if (number < 0) Fail("there are too many lanes");
  const size_t index = static_cast<size_t>(number);
  if (index < lanes_.size()) {
    for (const uint32_t each : open_) {
      const OpState state = kernel.fates[each].operation->state.Peek();
      if (state == OpState::kFinished || state == OpState::kCancelled) continue;
      if (kernel.fates[each].operation->lane == number)
        Fail("lane %d is given again while operation %u is in it", number, each);
    }
    lanes_[index] = {concurrency, false};
  } else {
    lanes_.push_back({concurrency, false});
  }
}

void Environment::RetireLane() {
  const uint32_t number = Random(static_cast<uint32_t>(lanes_.size()));
  if (number <= Dispatcher::kBulkLane || lanes_[number].retired) return;
  dispatcher_->RetireLane(static_cast<uint8_t>(number));
  lanes_[number].retired = true;
}

void Environment::Wait() {
  waiting_ = true;
  loop_.RunWaiting();
  waiting_ = false;
}

// Like uv_run(UV_RUN_DEFAULT): runs until nothing keeps the loop alive.
void Environment::Drain() {
  waiting_ = true;
  while (loop_.RunWaiting()) {
  }
  waiting_ = false;
  CheckSettled();
  if (open_.empty()) CheckFigures();
}

// When a loop ends, only parked reads may be left.
void Environment::CheckSettled() const {
  for (const uint32_t each : open_) {
    const Operation& operation = *kernel.fates[each].operation;
    const bool waits =
        kernel.fates[each].act == Act::kWaits || kernel.fates[each].act == Act::kWaitsDue;
    if (!waits || !kernel.fates[each].performed || operation.kind != OpKind::kRead)
      Fail("environment %d: the loop would end before operation %u, in state %d", number_, each,
           static_cast<int>(operation.state.Peek()));
  }
  if (dispatcher_->outstanding() != open_.size())
    Fail("environment %d: %u operations are outstanding, of %zu", number_,
         dispatcher_->outstanding(), open_.size());
}

void Environment::CheckFigures() {
  for (size_t i = 0; i < lanes_.size(); i++) {
    Dispatcher::LaneFigures figures;
    dispatcher_->ReadLaneFigures(static_cast<uint8_t>(i), &figures);
    if (figures.queued != 0 || figures.running != 0)
      Fail("environment %d: an idle lane has %u queued and %u running", number_, figures.queued,
           figures.running);
  }
}

// Without a loop, nothing can wait for a call that never ends.
void Environment::LetGo() {
  for (const uint32_t each : open_) {
    Fate& fate = kernel.fates[each];
    if (fate.hangs_now) Release(each);
    if (fate.act == Act::kHangs) fate.act = Act::kSlow;
  }
}

void Environment::Close() {
  closing_ = true;
  dispatcher_->Close([](void* context) { static_cast<Environment*>(context)->closed_ = true; });
  waiting_ = true;
  while (!closed_) {
    if (!loop_.RunWaiting() && !closed_) Fail("the loop ends, and the dispatcher has not closed");
  }
  waiting_ = false;
  for (const uint32_t each : open_)
    Fail("operation %u has no end when all is closed, in state %d", each,
         static_cast<int>(kernel.fates[each].operation->state.Peek()));
  if (loop_.active_works != 0) Fail("closed with %u works in libuv", loop_.active_works);
  dispatcher_.reset();
}

// Work that libuv still has runs later, and must touch only the dispatcher, which stays.
void Environment::CloseBlocking() {
  closing_ = true;
  LetGo();
  dispatcher_->CloseBlocking();
  for (const uint32_t each : open_)
    Fail("operation %u has no end when all is closed, in state %d", each,
         static_cast<int>(kernel.fates[each].operation->state.Peek()));
}

void Environment::Settle(Operation* operation) {
  const uint32_t slot = operation->slot;
  Fate& fate = FateOf(*operation);
  if (fate.settled) Fail("operation %u has a second end", slot);
  if (fate.in_kernel) Fail("operation %u ends in the kernel", slot);
  if (fate.environment != number_) Fail("operation %u ends in another environment", slot);
  if (fate.gave_up && operation->result != UV_ECANCELED)
    Fail("operation %u was cancelled and has result %lld", slot,
         static_cast<long long>(operation->result));
  if (operation->result == UV_ETIMEDOUT && operation->timeout_ms == 0)
    Fail("operation %u timed out without a deadline", slot);
  if (operation->details != nullptr && operation->details->own.fd >= 0)
    Fail("operation %u ends with a file open", slot);
  operation->details = nullptr;
  fate.settled = true;
  open_.erase(std::find(open_.begin(), open_.end(), slot));
  if (operation->capacity != 0)
    BlockPool::Instance().Release({operation->data, operation->capacity});
  operation->data = nullptr;
  operation->capacity = 0;
}

void Environment::Deliver(void* context, Operation* finished) {
  auto* const self = static_cast<Environment*>(context);
  if (self->closing_) Fail("environment %d: a delivery after Close()", self->number_);
  while (finished != nullptr) {
    Operation* const operation = finished;
    finished = finished->next;
    const OpState state = operation->state.Peek();
    if (state != OpState::kFinished && state != OpState::kCancelled)
      Fail("operation %u is delivered in state %d", operation->slot, static_cast<int>(state));
    self->Settle(operation);
    self->dispatcher_->Release(operation);
    if (OneIn(4)) self->Submit();
    if (OneIn(30)) self->CancelOne();
  }
}

void Environment::Discard(void* context, Operation* operation) {
  auto* const self = static_cast<Environment*>(context);
  if (!self->closing_) Fail("environment %d: discards, and does not close", self->number_);
  if (operation->state.Peek() != OpState::kFinished) GiveUp(*operation, UV_ECANCELED, false);
  self->Settle(operation);
  self->dispatcher_->Release(operation);
}

// Nothing more happens until a hanging call returns or a descriptor becomes ready. So each operation hangs, is parked,
// or waits behind one that hangs.
void Environment::CheckQuiet() {
  if (ended_) return;
  if (!waiting_) Fail("environment %d: its loop thread is stuck", number_);
  std::vector<uint32_t> hanging(lanes_.size());
  std::vector<uint32_t> taken(lanes_.size());
  uint32_t jobs = 0;
  for (const uint32_t each : open_) {
    const Fate& fate = kernel.fates[each];
    const uint8_t lane = fate.operation->lane;
    if (fate.hangs_now) hanging[lane]++;
    if (fate.hangs_now) jobs++;
    const OpState state = fate.operation->state.Peek();
    if (state != OpState::kParked && state != OpState::kQueued) taken[lane]++;
  }
  for (const uint32_t each : open_) {
    const bool blocked = hanging[kernel.fates[each].operation->lane] >=
                         lanes_[kernel.fates[each].operation->lane].concurrency;
    CheckQuietOperation(each, jobs, blocked);
  }
  // A finished operation belongs to a job that hangs with the rest of its batch, or the loop was not told of it.
  for (size_t i = 0; i < lanes_.size(); i++) {
    Dispatcher::LaneFigures figures;
    dispatcher_->ReadLaneFigures(static_cast<uint8_t>(i), &figures);
    if (taken[i] > figures.running)
      Fail("environment %d: %u operations are done, and the loop was not told", number_,
           taken[i] - figures.running);
  }
}

// `jobs`: the jobs of the environment that hang. `blocked`: whether as many operations of its lane hang as may run.
void Environment::CheckQuietOperation(uint32_t slot, uint32_t jobs, bool blocked) const {
  const Fate& fate = kernel.fates[slot];
  const Operation& operation = *fate.operation;
  const OpState state = operation.state.Peek();
  if (fate.hangs_now) return;
  if (state == OpState::kParked) {
    if (kernel.tokens[fate.fd] > 0 && fate.act == Act::kWaits)
      Fail("operation %u is parked, and its descriptor is ready", slot);
    if (fate.cancelled) Fail("operation %u is parked, though cancelled", slot);
    if (operation.kind == OpKind::kRead && operation.file->stop_waiting)
      Fail("operation %u is parked, and its file waits no longer", slot);
    return;
  }
  if (state == OpState::kQueued) {
    if (blocked || (jobs > 0 && PoolRunning() >= pool_->limit())) return;
    if (jobs > 0 && fate.act == Act::kSteps && fate.performed) return;  // taken, and has more to do
    // Taken together with others of its window, one of which hangs, and handed back.
    if (jobs > 0 && !operation.in_lane && (operation.flags & kAdvised) != 0) return;
    // An environment that had all permits is not told that there are more now.
    if (jobs > 0 && reserve_changed) return;
  } else if (jobs > 0) {
    // The batch of a hanging operation waits for it, unless others may take the batch back and a thread is free.
    const bool keeps_batch = Batch::KeepsOrder(operation) || (operation.flags & kAdvised) != 0;
    if (closing_ || keeps_batch) return;
    const bool has_thread = PoolRunning() < pool_->limit() && !reserve_changed;
    if (state == OpState::kTaken && !has_thread) return;
  }
  Fail("environment %d: nothing happens to operation %u any more, in state %d", number_, slot,
       static_cast<int>(state));
}

}  // namespace simulation
}  // namespace uvfiles
