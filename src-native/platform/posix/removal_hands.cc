// How a removal and its hands (removal_crew.h) share the work.
#include <iterator>

#include "platform/posix/removal_work.h"

namespace uvfiles {

namespace {

// How many entries are listed ahead; half of them are given away. Where giving pays, they take some milliseconds to remove.
constexpr size_t kOffered = 64;
// The fewest entries that are worth an offer, unless one is a directory.
constexpr size_t kFewest = 8;
// A hand holds a thread, so it ends after waiting this often without work.
constexpr int kMaxIdle = 4;
// After so many removed entries, the first call for hands pays.
constexpr uint64_t kWorthHands = 32;
// The number of slices between two calls after that.
constexpr int kCallEvery = 32;

}  // namespace

RemoveTree::Work::~Work() {
  if (crew_ == nullptr) return;
  while (!parts_.empty()) DropPart();
  if (is_hand_)
    crew_->Leave();
  else
    crew_->End();
}

// The giver of an unfinished offer finds the rest of its entries again.
void RemoveTree::Work::DropPart() {
  if (LastPart().offer.shelf != nullptr) {
    crew_->Count(std::exchange(counts_, {}));
    crew_->Settle(LastPart().offer, {});
  }
  parts_.pop_back();
}

// kReady: an offer was taken. kDone: there is nothing to wait for.
Step RemoveTree::Work::NothingLeft(const Slice& slice) {
  if (crew_ == nullptr || (is_hand_ ? crew_->ended() || crew_->disbanded() : crew_->Idle()))
    return Step::kDone;
  if (Take(nullptr)) return Step::kReady;
  if (is_hand_ && ++idle_ >= kMaxIdle) return Step::kDone;
  return slice.Expired() ? Step::kAgain : Step::kReady;
}

bool RemoveTree::Work::WorthCalling() const {
  return Has(kWithHands) && !is_hand_ && slices_ == 0 && counts_.removed >= kWorthHands;
}

// Calls for hands, the first time and then after every so many slices.
bool RemoveTree::Work::Call() {
  if (!Has(kWithHands) || is_hand_ || slices_++ % kCallEvery != 0) return false;
  if (crew_ == nullptr) crew_ = RemovalCrew::Make(flags_);
  if (crew_->HasHands() || crew_->disbanded()) return false;
  const uint32_t number = crew_->number();
  task_->output.append(reinterpret_cast<const char*>(&number), sizeof number);
  return true;
}

// Lists from `entry` on, if given, and offers half of the entries. The last entry of a directory is not offered, because
// hands would only pass on what is below it.
bool RemoveTree::Work::Give(size_t at, const dirent* entry) {
  Descent::Level& level = descent().At(at);
  RemovalCrew::Offer offer;
  std::vector<ListedEntry>& listed = level.rest;
  bool has_directories = false;
  if (entry == nullptr && listed.size() < kOffered) entry = level.stream.Next();
  for (; entry != nullptr; entry = level.stream.Next()) {
    if (level.kept.count(entry->d_name) != 0) continue;
    if (level.shelf != nullptr && level.GivenUp() && crew_->IsGiven(*level.shelf, entry->d_name))
      continue;
    listed.push_back({entry->d_name, entry->d_type == DT_DIR});
    if (listed.size() == kOffered) break;
  }
  level.listed = listed.size() < kOffered;
  const auto half = listed.begin() + static_cast<ptrdiff_t>(listed.size() / 2);
  for (auto each = listed.begin(); each != half; ++each)
    has_directories = has_directories || each->looks_like_directory;
  if (!has_directories && listed.size() < kFewest) return false;
  offer.directory.Reset(platform::Duplicate(level.stream.fd()));
  if (!offer.directory) return false;
  if (level.shelf == nullptr) {
    level.shelf = std::make_shared<RemovalShelf>();
    level.shelf->path = descent().PathOf(LastPart().path, at);
  }
  offer.shelf = level.shelf;
  offer.entries.assign(std::make_move_iterator(listed.begin()), std::make_move_iterator(half));
  listed.erase(listed.begin(), half);
  crew_->Give(std::move(offer));
  return true;
}

// Prefers levels near the top: their directories contain more, and two threads work in the same one less often.
bool RemoveTree::Work::GiveFromAbove() {
  const size_t top =
      LastPart().offer.shelf == nullptr ? 0 : 1;  // an offer's own entries have no stream
  for (size_t at = top; at + 1 < descent().Depth(); ++at) {
    const Descent::Level& level = descent().At(at);
    const bool has_more = !level.listed || level.rest.size() > 1;
    if (level.stream && has_more && Give(at, nullptr)) return true;
  }
  return false;
}

bool RemoveTree::Work::Take(const RemovalShelf* shelf) {
  Part taken;
  if (!crew_->Take(shelf, &taken.offer)) return false;
  idle_ = 0;
  const int code = taken.descent.Push(std::move(taken.offer.directory), "");
  taken.path = taken.offer.shelf->path;
  parts_.push_back(std::move(taken));
  if (code != 0) {
    Fail(code, "scandir", nullptr);
    DropPart();
  }
  return true;
}

// No descriptors are left. The task first closes those that only make it faster, then all, before it waits for others.
Step RemoveTree::Work::Starved() {
  const size_t needed = is_hand_ ? 0 : 1;
  const bool could_drop = parts_.size() > needed;
  if (could_drop) waiting_.clear();
  while (parts_.size() > needed) DropPart();
  if (crew_ != nullptr) crew_->Disband();
  if (is_hand_) return Step::kDone;
  if (could_drop) return Step::kAgain;
  if (crew_ == nullptr || crew_->Idle()) {
    Suspend();
    return Step::kReady;
  }
  crew_->Take(nullptr, nullptr);
  return Step::kAgain;
}

void RemoveTree::Work::SettleOffer() {
  Descent::Level& level = descent().Back();
  std::vector<std::string> kept(level.kept.begin(), level.kept.end());
  crew_->Count(std::exchange(counts_, {}));
  crew_->Settle(LastPart().offer, std::move(kept));
  LastPart().offer = {};
  descent().Pop();
}

namespace {

class RemoveTreeHand final : public Task {
 public:
  explicit RemoveTreeHand(std::shared_ptr<RemovalCrew> crew) {
    if (crew != nullptr) work_ = std::make_unique<RemoveTree::Work>(this, std::move(crew));
  }
  // Without work: the removal ended before its hand began.
  Step Run(const Slice& slice) override { return work_ ? work_->Run(slice) : Step::kDone; }

 private:
  std::unique_ptr<RemoveTree::Work> work_;
};

}  // namespace

std::unique_ptr<Task> MakeRemoveTreeHand(TaskArguments&& arguments) {
  return std::make_unique<RemoveTreeHand>(
      RemovalCrew::Find(static_cast<uint32_t>(arguments.numbers[0])));
}

}  // namespace uvfiles
