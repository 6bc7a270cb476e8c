// Work stealing for one tree removal. Each thread is a hand, and a hand gives entries that it has listed to an idle hand.
// Several threads help most where each removal waits for a server, or for a disk that is told of each freed block. In
// memory, two cores remove 1.5 times as much as one.
//
// Hands exchange the names of entries, with a descriptor of their directory. Before a hand removes that directory, it waits
// for the entries that it gave away, and takes entries of others meanwhile. This is deadlock-free: each hand waits only for
// entries that were given later than those it removes itself, so at least one hand does not wait.
//
// Thread safety: every member may be called from any thread. The crew's lock guards its shelves, except `path`, which never
// changes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/task.h"
#include "core/unique_fd.h"
#include "platform/posix/descent.h"

namespace uvfiles {

// A directory of which entries have been given away.
struct RemovalShelf {
  std::string path;                       // for errors
  std::unordered_set<std::string> given;  // not settled yet
  std::vector<std::string> kept;          // settled, but not removed
};

class RemovalCrew {
 public:
  struct Offer {
    std::shared_ptr<RemovalShelf> shelf;
    UniqueFd directory;
    std::vector<ListedEntry> entries;
  };
  struct Counts {
    uint64_t removed = 0;
    uint64_t failures = 0;
  };

  // `Find` finds it by its number while a reference to it exists.
  static std::shared_ptr<RemovalCrew> Make(int64_t flags) {
    std::shared_ptr<RemovalCrew> crew(new RemovalCrew(flags));
    Crews& table = AllCrews();
    std::lock_guard<std::mutex> lock(table.mutex);
    do {
      crew->number_ = ++table.last;
    } while (crew->number_ == 0 || table.by_number.count(crew->number_) != 0);
    table.by_number[crew->number_] = crew;
    return crew;
  }

  static std::shared_ptr<RemovalCrew> Find(uint32_t number) {
    Crews& table = AllCrews();
    std::lock_guard<std::mutex> lock(table.mutex);
    const auto found = table.by_number.find(number);
    return found == table.by_number.end() ? nullptr : found->second.lock();
  }

  ~RemovalCrew() {
    Crews& table = AllCrews();
    std::lock_guard<std::mutex> lock(table.mutex);
    table.by_number.erase(number_);
  }

  uint32_t number() const { return number_; }
  int64_t flags() const { return flags_; }

  // Whether a hand waits for an offer. A hint, at the cost of one load.
  bool Hungry() const { return unserved_.load(std::memory_order_relaxed) > 0 && !disbanded(); }

  void Give(Offer offer) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (const ListedEntry& entry : offer.entries) offer.shelf->given.insert(entry.name);
    offers_.push_back(std::move(offer));
    ++outstanding_;
    Reckon();
    changed_.notify_all();
  }

  // Takes an offer if there is one within a moment. Also returns when all entries of `shelf` are settled, if that is
  // given. If `offer` is null, it waits for that only.
  bool Take(const RemovalShelf* shelf, Offer* offer) {
    std::unique_lock<std::mutex> lock(mutex_);
    const bool wants = offer != nullptr;
    if (!wants || offers_.empty()) {
      waiting_ += wants;
      Reckon();
      changed_.wait_for(lock, kMoment, [&] {
        return (wants && !offers_.empty()) || ended() || (shelf != nullptr && shelf->given.empty());
      });
      waiting_ -= wants;
    }
    const bool found = wants && !offers_.empty();
    if (found) {
      *offer = std::move(offers_.back());
      offers_.pop_back();
    }
    Reckon();
    return found;
  }

  // The offer's entries are removed, except `kept`.
  void Settle(const Offer& offer, std::vector<std::string> kept) {
    std::lock_guard<std::mutex> lock(mutex_);
    RemovalShelf& shelf = *offer.shelf;
    for (const ListedEntry& entry : offer.entries) shelf.given.erase(entry.name);
    for (std::string& name : kept) shelf.kept.push_back(std::move(name));
    --outstanding_;
    if (shelf.given.empty()) changed_.notify_all();
  }

  // Whether the shelf's entries are all settled. If so, `kept` gets the names that could not be removed, once.
  bool Settled(RemovalShelf& shelf, std::vector<std::string>* kept) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!shelf.given.empty()) return false;
    *kept = std::exchange(shelf.kept, {});
    return true;
  }

  bool IsGiven(const RemovalShelf& shelf, const std::string& name) {
    std::lock_guard<std::mutex> lock(mutex_);
    return shelf.given.count(name) != 0;
  }

  // Whether all offers are settled.
  bool Idle() {
    std::lock_guard<std::mutex> lock(mutex_);
    return outstanding_ == 0;
  }

  void Count(const Counts& counts) {
    std::lock_guard<std::mutex> lock(mutex_);
    counts_.removed += counts.removed;
    counts_.failures += counts.failures;
  }

  Counts CountsNow() {
    std::lock_guard<std::mutex> lock(mutex_);
    return counts_;
  }

  // Keeps the first error.
  void Fail(TaskError error) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = std::move(error);
  }

  TaskError Error() {
    std::lock_guard<std::mutex> lock(mutex_);
    return error_;
  }

  void Join() { ++hands_; }
  void Leave() { --hands_; }
  bool HasHands() const { return hands_ > 0; }
  // For a shortage of descriptors: ends offers, gives those that nobody took back to their givers, and lets the hands end as
  // soon as they can.
  void Disband() {
    std::lock_guard<std::mutex> lock(mutex_);
    disbanded_.store(true, std::memory_order_relaxed);
    for (const Offer& offer : offers_) {
      for (const ListedEntry& entry : offer.entries) offer.shelf->given.erase(entry.name);
      --outstanding_;
    }
    offers_.clear();
    Reckon();
    changed_.notify_all();
  }

  // Ends offers and hands.
  void End() {
    std::lock_guard<std::mutex> lock(mutex_);
    ended_.store(true, std::memory_order_relaxed);
    changed_.notify_all();
  }

  bool disbanded() const { return disbanded_.load(std::memory_order_relaxed); }
  bool ended() const { return ended_.load(std::memory_order_relaxed); }

 private:
  // How long a hand waits for an offer. Shorter than a slice, so that an idle hand does not keep its thread.
  static constexpr std::chrono::microseconds kMoment{250};

  struct Crews {
    std::mutex mutex;
    std::unordered_map<uint32_t, std::weak_ptr<RemovalCrew>> by_number;
    uint32_t last = 0;
  };
  static Crews& AllCrews() {
    static Crews* const table = new Crews();
    return *table;
  }

  explicit RemovalCrew(int64_t flags) : flags_(flags) {}

  void Reckon() {
    unserved_.store(static_cast<int64_t>(waiting_) - static_cast<int64_t>(offers_.size()),
                    std::memory_order_relaxed);
  }

  uint32_t number_ = 0;
  const int64_t flags_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Offer> offers_;  // the last is taken first, because its giver needs it first
  size_t waiting_ = 0;
  size_t outstanding_ = 0;
  std::atomic<size_t> hands_{0};
  std::atomic<int64_t> unserved_{0};  // waiting hands minus offers
  std::atomic<bool> disbanded_{false};
  std::atomic<bool> ended_{false};
  Counts counts_;
  TaskError error_;
};

}  // namespace uvfiles
