#include "core/temp_registry.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "core/exit_signals.h"
#include "core/tasks/remove_tree.h"
#include "core/temp_calls.h"
#include "core/threads.h"

namespace uvfiles {

namespace {

// How long the end of the process waits for a creation, and a creation for the end of the process.
constexpr std::chrono::seconds kPatience{2};
// How often, and with what pauses, it waits for free descriptors. A process that ends cannot wait for long.
constexpr int kMaxStarved = 500;
constexpr uint64_t kStarvedNs = 2 * 1000 * 1000;

// Removes the tree as far as it can be removed.
void RemoveTreeNow(const std::string& path) {
  RemoveTree task({{path}, {kForce | kIgnoreErrors | kMissingIsFine}});
  // Ready and empty: out of descriptors.
  for (int starved = 0; starved < kMaxStarved && task.Run(Slice()) != Step::kDone; ++starved)
    PauseThread(kStarvedNs);
}

}  // namespace

// Never destroyed: the signal thread and pool threads may outlive static destructors.
TempRegistry& TempRegistry::Shared() {
  static TempRegistry* const registry = new TempRegistry();
  return *registry;
}

TempRegistry::TempRegistry() : process_(CurrentProcess()) {
  PinThisLibrary();
  HoldDuringFork(&mutex_);
  std::atexit([] { Shared().RemoveAtExit(); });
}

TempRegistry::Owner TempRegistry::OpenOwner() {
  const std::lock_guard<std::mutex> lock(mutex_);
  owners_[++last_owner_] = 0;
  return last_owner_;
}

void TempRegistry::CloseOwner(Owner owner) {
  if (process_ != CurrentProcess()) return;
  const std::lock_guard<std::mutex> removal(removal_mutex_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    owners_.erase(owner);
  }
  Remove(Take(owner, false));
}

TempRegistry::Creation::Creation(Owner owner)
    : owner_(owner), allowed_(Shared().BeginCreation(owner)) {}

TempRegistry::Creation::~Creation() {
  if (allowed_) Shared().EndCreation();
}

TempRegistry::Id TempRegistry::Creation::Register(const std::string& path, Kind kind) {
  return Shared().Add(path, kind, owner_);
}

bool TempRegistry::BeginCreation(Owner owner) {
  std::unique_lock<std::mutex> lock(mutex_);
  AdoptAfterFork();
  changed_.wait_for(lock, kPatience, [this] { return phase_ != Phase::kDying; });
  if (phase_ == Phase::kExiting || owners_.count(owner) == 0) return false;
  ++creating_;
  return true;
}

void TempRegistry::EndCreation() {
  const std::lock_guard<std::mutex> lock(mutex_);
  --creating_;
  if (phase_ != Phase::kRunning) changed_.notify_all();
}

TempRegistry::Id TempRegistry::Add(const std::string& path, Kind kind, Owner owner) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = owners_.find(owner);
  if (found == owners_.end()) return 0;
  found->second++;
  entries_.emplace(++last_id_, Entry{path, kind, owner});
  WatchExitSignals(this, entries_.size() == 1);
  return last_id_;
}

void TempRegistry::Forget(Id id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return;
  Uncount(entry->second.owner);
  entries_.erase(entry);
}

void TempRegistry::Uncount(Owner owner) {
  const auto found = owners_.find(owner);
  if (found != owners_.end()) found->second--;
}

size_t TempRegistry::CountOf(Owner owner) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = owners_.find(owner);
  return found == owners_.end() ? 0 : found->second;
}

size_t TempRegistry::size() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.size();
}

// A forked child begins with an empty registry.
void TempRegistry::AdoptAfterFork() {
  const int64_t process = CurrentProcess();
  if (process_ == process) return;
  process_ = process;
  entries_.clear();
  for (auto& owner : owners_) owner.second = 0;
  creating_ = 0;
  phase_ = Phase::kRunning;
  ForgetExitSignalsThread();
}

void TempRegistry::PrepareToDie() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (phase_ == Phase::kRunning) phase_ = Phase::kDying;
    changed_.wait_for(lock, kPatience, [this] { return creating_ == 0; });
  }
  RemoveEverything();
}

void TempRegistry::Resume() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (phase_ == Phase::kDying) phase_ = Phase::kRunning;
  changed_.notify_all();
}

// Creations are refused here rather than blocked, because libuv joins its pool after this, and would wait for them.
void TempRegistry::RemoveAtExit() {
  if (process_ != CurrentProcess()) return;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    phase_ = Phase::kExiting;
    changed_.notify_all();
    changed_.wait_for(lock, kPatience, [this] { return creating_ == 0; });
  }
  RemoveEverything();
}

void TempRegistry::RemoveEverything() {
  const std::lock_guard<std::mutex> removal(removal_mutex_);
  for (;;) {
    const std::vector<Entry> entries = Take(0, true);
    if (entries.empty()) return;
    Remove(entries);
  }
}

std::vector<TempRegistry::Entry> TempRegistry::Take(Owner owner, bool all) {
  std::vector<Entry> taken;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (!all && it->second.owner != owner) {
      ++it;
      continue;
    }
    Uncount(it->second.owner);
    taken.push_back(std::move(it->second));
    it = entries_.erase(it);
  }
  return taken;
}

void TempRegistry::Remove(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.kind == Kind::kFile)
      RemoveFileNow(entry.path);
    else
      RemoveTreeNow(entry.path);
  }
}

}  // namespace uvfiles
