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
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
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
  static std::shared_ptr<RemovalCrew> Make(int64_t flags);
  static std::shared_ptr<RemovalCrew> Find(uint32_t number);
  ~RemovalCrew();

  uint32_t number() const { return number_; }
  int64_t flags() const { return flags_; }

  // Whether a hand waits for an offer. A hint, at the cost of one load.
  bool Hungry() const { return unserved_.load(std::memory_order_relaxed) > 0 && !disbanded(); }
  void Give(Offer offer);
  // Takes an offer if there is one within a moment. Also returns when all entries of `shelf` are settled, if that is
  // given. If `offer` is null, it waits for that only.
  bool Take(const RemovalShelf* shelf, Offer* offer);
  // The offer's entries are removed, except `kept`.
  void Settle(const Offer& offer, std::vector<std::string> kept);

  // Whether the shelf's entries are all settled. If so, `kept` gets the names that could not be removed, once.
  bool Settled(RemovalShelf& shelf, std::vector<std::string>* kept);
  bool IsGiven(const RemovalShelf& shelf, const std::string& name);
  // Whether all offers are settled.
  bool Idle();

  void Count(const Counts& counts);
  Counts CountsNow();
  // Keeps the first error.
  void Fail(TaskError error);
  TaskError Error();

  void Join() { ++hands_; }
  void Leave() { --hands_; }
  bool HasHands() const { return hands_ > 0; }
  // For a shortage of descriptors: ends offers, gives those that nobody took back to their givers, and lets the hands end as
  // soon as they can.
  void Disband();
  // Ends offers and hands.
  void End();
  bool disbanded() const { return disbanded_.load(std::memory_order_relaxed); }
  bool ended() const { return ended_.load(std::memory_order_relaxed); }

 private:
  explicit RemovalCrew(int64_t flags) : flags_(flags) {}
  void Reckon();

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
