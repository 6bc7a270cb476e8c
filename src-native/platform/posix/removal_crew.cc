#include "platform/posix/removal_crew.h"

#include <chrono>
#include <unordered_map>
#include <utility>

namespace uvfiles {

namespace {

// How long a hand waits for an offer. Shorter than a slice, so that an idle hand does not keep its thread.
constexpr std::chrono::microseconds kMoment{250};

struct Crews {
  std::mutex mutex;
  std::unordered_map<uint32_t, std::weak_ptr<RemovalCrew>> by_number;
  uint32_t last = 0;
};

Crews& AllCrews() {
  static Crews* const table = new Crews();
  return *table;
}

}  // namespace

std::shared_ptr<RemovalCrew> RemovalCrew::Make(int64_t flags) {
  std::shared_ptr<RemovalCrew> crew(new RemovalCrew(flags));
  Crews& table = AllCrews();
  std::lock_guard<std::mutex> lock(table.mutex);
  do {
    crew->number_ = ++table.last;
  } while (crew->number_ == 0 || table.by_number.count(crew->number_) != 0);
  table.by_number[crew->number_] = crew;
  return crew;
}

std::shared_ptr<RemovalCrew> RemovalCrew::Find(uint32_t number) {
  Crews& table = AllCrews();
  std::lock_guard<std::mutex> lock(table.mutex);
  const auto found = table.by_number.find(number);
  return found == table.by_number.end() ? nullptr : found->second.lock();
}

RemovalCrew::~RemovalCrew() {
  Crews& table = AllCrews();
  std::lock_guard<std::mutex> lock(table.mutex);
  table.by_number.erase(number_);
}

void RemovalCrew::Reckon() {
  unserved_.store(static_cast<int64_t>(waiting_) - static_cast<int64_t>(offers_.size()),
                  std::memory_order_relaxed);
}

void RemovalCrew::Give(Offer offer) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const ListedEntry& entry : offer.entries) offer.shelf->given.insert(entry.name);
  offers_.push_back(std::move(offer));
  ++outstanding_;
  Reckon();
  changed_.notify_all();
}

bool RemovalCrew::Take(const RemovalShelf* shelf, Offer* offer) {
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

void RemovalCrew::Settle(const Offer& offer, std::vector<std::string> kept) {
  std::lock_guard<std::mutex> lock(mutex_);
  RemovalShelf& shelf = *offer.shelf;
  for (const ListedEntry& entry : offer.entries) shelf.given.erase(entry.name);
  for (std::string& name : kept) shelf.kept.push_back(std::move(name));
  --outstanding_;
  if (shelf.given.empty()) changed_.notify_all();
}

bool RemovalCrew::Settled(RemovalShelf& shelf, std::vector<std::string>* kept) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!shelf.given.empty()) return false;
  *kept = std::exchange(shelf.kept, {});
  return true;
}

bool RemovalCrew::IsGiven(const RemovalShelf& shelf, const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  return shelf.given.count(name) != 0;
}

bool RemovalCrew::Idle() {
  std::lock_guard<std::mutex> lock(mutex_);
  return outstanding_ == 0;
}

void RemovalCrew::Count(const Counts& counts) {
  std::lock_guard<std::mutex> lock(mutex_);
  counts_.removed += counts.removed;
  counts_.failures += counts.failures;
}

RemovalCrew::Counts RemovalCrew::CountsNow() {
  std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

void RemovalCrew::Fail(TaskError error) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!error_) error_ = std::move(error);
}

TaskError RemovalCrew::Error() {
  std::lock_guard<std::mutex> lock(mutex_);
  return error_;
}

void RemovalCrew::Disband() {
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

void RemovalCrew::End() {
  std::lock_guard<std::mutex> lock(mutex_);
  ended_.store(true, std::memory_order_relaxed);
  changed_.notify_all();
}

}  // namespace uvfiles
