// How a removal and its hands share the work.
#include <fcntl.h>

#include <cerrno>

#include "platform/posix/removal_work.h"

namespace uvfiles {

namespace {

// Entries in an offer: some milliseconds where it pays to give any away.
constexpr size_t kOffered = 32;
// A hand goes after so many moments without work: it holds a thread.
constexpr int kMaxIdle = 4;
// Slices between two calls for hands.
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

// What was given up half-way is found again by who gave it.
void RemoveTree::Work::DropPart() {
  if (part().offer.shelf != nullptr) {
    crew_->Count(std::exchange(counts_, {}));
    crew_->Settle(part().offer, {});
  }
  parts_.pop_back();
}

// kReady: something was taken. kDone: there is nothing to wait for either.
Step RemoveTree::Work::NothingLeft(const Slice& slice) {
  if (crew_ == nullptr || (is_hand_ ? crew_->ended() || crew_->disbanded() : crew_->Idle()))
    return Step::kDone;
  if (Take(nullptr)) return Step::kReady;
  if (is_hand_ && ++idle_ >= kMaxIdle) return Step::kDone;
  return slice.expired() ? Step::kAgain : Step::kReady;
}

// What takes longer than a slice is worth a call for hands.
bool RemoveTree::Work::Call() {
  if (!Has(kWithHands) || is_hand_ || slices_++ % kCallEvery != 0) return false;
  if (crew_ == nullptr) crew_ = RemovalCrew::Make(flags_);
  if (crew_->HasHands() || crew_->disbanded()) return false;
  const uint32_t number = crew_->number();
  task_->output.append(reinterpret_cast<const char*>(&number), sizeof number);
  return true;
}

// Gives the entry and those listed after it to whoever waits for some.
bool RemoveTree::Work::Give(Descent::Level& level, const dirent* entry) {
  RemovalCrew::Offer offer;
  offer.directory.reset(::fcntl(level.stream.fd(), F_DUPFD_CLOEXEC, 0));
  if (!offer.directory) return false;
  if (level.shelf == nullptr) {
    level.shelf = std::make_shared<RemovalShelf>();
    level.shelf->path = descent().PathOf(part().path, nullptr);
  }
  offer.shelf = level.shelf;
  for (; entry != nullptr; entry = level.stream.next()) {
    if (level.kept.count(entry->d_name) != 0) continue;
    if (level.given_up() && crew_->IsGiven(*level.shelf, entry->d_name)) continue;
    offer.entries.push_back({entry->d_name, entry->d_type == DT_DIR});
    if (offer.entries.size() == kOffered) break;
  }
  if (!offer.entries.empty()) crew_->Give(std::move(offer));
  return true;
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

// Out of descriptors: those that the hands hold come first, before others' are waited for.
Step RemoveTree::Work::Starved() {
  if (is_hand_) {
    while (!parts_.empty()) DropPart();
    crew_->Disband();
    return Step::kDone;
  }
  if (crew_ == nullptr || !crew_->Disband()) return Step::kReady;
  crew_->Take(nullptr, nullptr);
  return Step::kAgain;
}

void RemoveTree::Work::SettleOffer() {
  Descent::Level& level = descent().back();
  std::vector<std::string> kept(level.kept.begin(), level.kept.end());
  crew_->Count(std::exchange(counts_, {}));
  crew_->Settle(part().offer, std::move(kept));
  part().offer = {};
  descent().Pop();
}

namespace {

class RemoveTreeHand final : public Task {
 public:
  explicit RemoveTreeHand(std::shared_ptr<RemovalCrew> crew) {
    if (crew != nullptr) work_ = std::make_unique<RemoveTree::Work>(this, std::move(crew));
  }
  // The removal may be over before its hand comes.
  Step run(const Slice& slice) override { return work_ ? work_->Run(slice) : Step::kDone; }

 private:
  std::unique_ptr<RemoveTree::Work> work_;
};

}  // namespace

std::unique_ptr<Task> MakeRemoveTreeHand(TaskArguments&& arguments) {
  return std::make_unique<RemoveTreeHand>(
      RemovalCrew::Find(static_cast<uint32_t>(arguments.numbers[0])));
}

}  // namespace uvfiles
