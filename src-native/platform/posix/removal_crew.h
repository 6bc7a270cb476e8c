// The hands of one tree removal. What one of them has listed it gives to another that has nothing to do: where a removal
// waits, for a server or for a disk that is told of each freed block, several threads wait at the same time, and in memory
// two cores remove half as fast again as one.
//
// Only names that are not yet removed go from hand to hand, with the directory that they are in, open. Who gave some
// away waits for them before it removes that directory, and takes from others meanwhile. Nobody waits for ever: each
// waits for what was given later than what it does itself, so that there is always one that waits for nothing.
//
// Thread safety: all functions, by any thread. A shelf belongs to its crew, but for its `path`, which stays.
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

// A directory some of whose entries have been given away.
struct RemovalShelf {
  std::string path;                       // for errors
  std::unordered_set<std::string> given;  // and not settled yet
  std::vector<std::string> kept;          // settled, and still there
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

  // Found by its number as long as somebody holds it.
  static std::shared_ptr<RemovalCrew> Make(int64_t flags);
  static std::shared_ptr<RemovalCrew> Find(uint32_t number);
  ~RemovalCrew();

  uint32_t number() const { return number_; }
  int64_t flags() const { return flags_; }

  // Whether somebody would take an offer now. A hint, at the cost of one load.
  bool Hungry() const { return unserved_.load(std::memory_order_relaxed) > 0 && !disbanded(); }
  void Give(Offer offer);
  // An offer, if there is one within a moment. Where `shelf` is given also looks up when all of it is settled. Waits only
  // for that where `offer` is null.
  bool Take(const RemovalShelf* shelf, Offer* offer);
  // The offer's entries are gone but for `kept`.
  void Settle(const Offer& offer, std::vector<std::string> kept);

  // True when nothing of it is with others; what is still there goes into `kept`, once.
  bool Settled(RemovalShelf& shelf, std::vector<std::string>* kept);
  bool IsGiven(const RemovalShelf& shelf, const std::string& name);
  // Whether all that was given is settled.
  bool Idle();

  void Count(const Counts& counts);
  Counts CountsNow();
  // The first one stays.
  void Fail(TaskError error);
  TaskError Error();

  // Hands come and go.
  void Join() { ++hands_; }
  void Leave() { --hands_; }
  bool HasHands() const { return hands_ > 0; }
  // Descriptors are short: nothing is given any more, what was given and not taken is back with who gave it, and the hands
  // go as soon as they can.
  void Disband();
  // No more offers: the hands go.
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
  std::vector<Offer> offers_;  // the last is taken first: it is the nearest to its giver's end
  size_t waiting_ = 0;
  size_t outstanding_ = 0;
  std::atomic<size_t> hands_{0};
  std::atomic<int64_t> unserved_{0};  // who waits, less what is on offer
  std::atomic<bool> disbanded_{false};
  std::atomic<bool> ended_{false};
  Counts counts_;
  TaskError error_;
};

}  // namespace uvfiles
