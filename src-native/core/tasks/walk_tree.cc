#include "core/tasks/walk_tree.h"

#include <uv.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/task.h"
#include "core/tasks/records.h"
#include "platform/directories.h"
#include "platform/directory_reader.h"
#include "platform/file_system.h"

namespace uvfiles {

using platform::Join;

namespace {

// The number of entries of one directory between two checks of the clock.
constexpr uint32_t kEntriesPerLook = 256;

// Where reading ahead stops: directories and bytes of names in one batch.
constexpr uint32_t kMaxDirectories = 512;
constexpr size_t kMaxTexts = 128 * 1024;

// Names, each with a NUL behind it.
struct WalkNames {
  std::string text;
  uint32_t count = 0;

  void Add(const char* name, size_t length) {  // a NUL is behind it
    text.append(name, length + 1);
    count++;
  }
  // Keeps the memory.
  void Clear() {
    text.clear();
    count = 0;
  }
  // Calls `each(const char* name, size_t length)`.
  template <typename Each>
  void ForEach(Each each) const {
    for (size_t at = 0; at < text.size();) {
      const size_t length = text.find('\0', at) - at;
      each(text.data() + at, length);
      at += length + 1;
    }
  }
};

struct WalkListing {
  WalkNames directories, links, others;

  void Clear() {
    for (WalkNames* names : {&directories, &links, &others}) names->Clear();
  }
};

// What a walk has read of directories.
class WalkBatch {
 public:
  // `directories`: in the first batch; each later one may have twice as many, up to a limit.
  explicit WalkBatch(int64_t directories)
      : most_directories_(static_cast<uint32_t>(std::max<int64_t>(1, directories))) {}

  bool IsFull() const { return record_count_ >= most_directories_ || texts_.size() >= kMaxTexts; }

  void Grow() { most_directories_ = std::min(most_directories_ * 2, kMaxDirectories); }

  // The record's path is `relative` below `top`.
  void Add(uint32_t depth, uint32_t index, int code, const std::string& top,
           const std::string& relative, const WalkListing& listing) {
    AppendInteger(&records_, depth);
    AppendInteger(&records_, index);
    AppendInteger(&records_, static_cast<int32_t>(code));
    platform::AppendJoined(top, relative, &texts_);
    texts_.push_back('\0');
    for (const WalkNames* names : {&listing.directories, &listing.links, &listing.others}) {
      AppendInteger(&records_, names->count);
      texts_ += names->text;
    }
    record_count_++;
  }

  // Moves to `output` what there is. Returns `step`.
  Step Flush(Step step, std::string* output) {
    if (record_count_ == 0) return step;
    output->reserve(8 + records_.size() + texts_.size());
    AppendInteger(output, record_count_);
    AppendInteger(output, static_cast<uint32_t>(8 + records_.size()));
    *output += records_;
    *output += texts_;
    records_.clear();
    texts_.clear();
    record_count_ = 0;
    return step;
  }

 private:
  uint32_t most_directories_;
  std::string records_;
  std::string texts_;
  uint32_t record_count_ = 0;
};

class WalkTree final : public Task {
 public:
  explicit WalkTree(TaskArguments&& arguments)
      : top_(std::move(arguments.bytes[0])),
        flags_(arguments.numbers[0]),
        depth_limit_(arguments.numbers[2]),
        batch_(arguments.numbers[1]) {
    const std::string& follow = arguments.bytes[2];
    SplitList(arguments.bytes[1], [&](const char* begin, size_t length) {
      Visit visit;
      visit.relative.assign(begin, length);
      // JavaScript joins names with slashes. On Windows, paths are put together with its own separator.
      std::replace(visit.relative.begin(), visit.relative.end(), '/', platform::kSeparator);
      visit.index = static_cast<uint32_t>(pending_.size());
      if (length > 0) {
        const auto above = std::count_if(begin, begin + length, platform::IsSeparator);
        visit.level = 1 + static_cast<uint32_t>(above);
      }
      visit.follow = length == 0 || (flags_ & kFollowLinks) != 0 ||
                     (pending_.size() < follow.size() && follow[pending_.size()] == '1');
      pending_.push_back(std::move(visit));
    });
    std::reverse(pending_.begin(), pending_.end());
  }

  Step Run(const Slice& slice) override {
    for (;;) {
      if (cancelled()) {
        error = {UV_ECANCELED, "scandir", top_, ""};
        return Step::kDone;
      }
      if (!reader_.IsOpen()) {
        if (pending_.empty()) return Flush(Step::kDone);
        if (batch_.IsFull()) {
          batch_.Grow();
          return Flush(Step::kReady);
        }
        current_ = std::move(pending_.back());
        pending_.pop_back();
        if (current_.listing) {
          Emit(current_, *current_.listing, 0);
          continue;
        }
        const int code =
            platform::OpenInWalk(top_, current_.relative, current_.follow, &base_, &reader_);
        if (IsDescriptorShortage(code)) {
          pending_.push_back(std::move(current_));
          return Flush(Step::kReady);
        }
        if (code < 0) Emit(current_, WalkListing(), code);
        if (code == 0 && (flags_ & kFollowLinks) != 0 && IsLoop()) reader_.Close();
        if (!reader_.IsOpen()) continue;
        listing_.Clear();
      }
      if (!ReadOn(slice) || slice.Expired()) return Step::kAgain;
    }
  }

 private:
  // The directories above, for loop detection; shared by all children of one directory.
  struct Ancestor {
    int64_t device;
    int64_t inode;
    std::shared_ptr<const Ancestor> above;
  };
  struct Visit {
    std::string relative;
    uint32_t depth = 0;  // among the records
    uint32_t index = 0;
    uint32_t level = 0;   // names in `relative`
    bool follow = false;  // the last name may be a link
    std::shared_ptr<const Ancestor> above;
    std::unique_ptr<WalkListing> listing;  // bottom-up: already listed, its children are done
  };

  bool IsLoop() {
    StatRecord self;
    if (reader_.Stat(&self) < 0) return false;
    // A root that is not the top lost its ancestors together with the walk that left it over.
    if (current_.depth == 0 && !current_.above) current_.above = AncestorsOf(current_.relative);
    for (const Ancestor* each = current_.above.get(); each != nullptr; each = each->above.get()) {
      if (each->device == self.dev && each->inode == self.ino) return true;
    }
    current_identity_ =
        std::make_shared<const Ancestor>(Ancestor{self.dev, self.ino, current_.above});
    return false;
  }

  std::shared_ptr<const Ancestor> AncestorsOf(const std::string& relative) const {
    std::shared_ptr<const Ancestor> chain;
    for (size_t end = 0; end < relative.size();) {
      StatRecord found;
      if (platform::Stat(Join(top_, std::string_view(relative).substr(0, end)).c_str(), &found) ==
          0)
        chain = std::make_shared<const Ancestor>(Ancestor{found.dev, found.ino, chain});
      end = relative.find(platform::kSeparator, end == 0 ? 0 : end + 1);
    }
    return chain;
  }

  // Reads on in the open directory. False when the slice ended first.
  bool ReadOn(const Slice& slice) {
    platform::DirectoryEntry entry;
    for (uint32_t count = 1;; count++) {
      const int found = reader_.Next(&entry);
      if (found <= 0) {
        reader_.Close();
        if (found < 0) {
          Emit(current_, WalkListing(), found);
        } else {
          FinishDirectory();
        }
        return true;
      }
      if ((flags_ & kNoHidden) == 0 || entry.name[0] != '.') Add(entry);
      if (count % kEntriesPerLook == 0 && (slice.Expired() || cancelled())) return false;
    }
  }

  void Add(const platform::DirectoryEntry& entry) {
    const EntryType type = reader_.TypeOf(entry);
    WalkNames* kind = &listing_.others;
    if (type == EntryType::kDirectory) kind = &listing_.directories;
    if (type == EntryType::kLink && reader_.LeadsToDirectory(entry)) kind = &listing_.links;
    kind->Add(entry.name, entry.length);
  }

  void FinishDirectory() {
    const bool descends = depth_limit_ < 0 || current_.level < depth_limit_;
    const bool has_children =
        descends && (listing_.directories.count > 0 ||
                     ((flags_ & kFollowLinks) != 0 && listing_.links.count > 0));
    if ((flags_ & kBottomUp) == 0 || !has_children) Emit(current_, listing_, 0);
    if (has_children) PushChildren();
  }

  void PushChildren() {
    const WalkListing* listing = &listing_;
    if ((flags_ & kBottomUp) != 0) {
      Visit again;
      again.relative = current_.relative;
      again.depth = current_.depth;
      again.index = current_.index;
      again.listing = std::make_unique<WalkListing>(std::move(listing_));
      listing = again.listing.get();
      pending_.push_back(std::move(again));
    }
    const size_t first = pending_.size();
    const auto push_all = [&](const WalkNames& names, bool are_links) {
      names.ForEach([&](const char* name, size_t length) {
        Visit child;
        child.relative = Join(current_.relative, {name, length});
        child.depth = current_.depth + 1;
        child.index = static_cast<uint32_t>(pending_.size() - first);
        child.level = current_.level + 1;
        child.follow = are_links;
        if ((flags_ & kFollowLinks) != 0) child.above = current_identity_;
        pending_.push_back(std::move(child));
      });
    };
    push_all(listing->directories, false);
    if ((flags_ & kFollowLinks) != 0) push_all(listing->links, true);
    std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(first), pending_.end());
  }

  void Emit(const Visit& visit, const WalkListing& listing, int code) {
    batch_.Add(visit.depth, visit.index, code, top_, visit.relative, listing);
  }

  Step Flush(Step step) {
    // The consumer of the batch may take long, or wait for a descriptor itself.
    base_.fd.Reset();
    return batch_.Flush(step, &output);
  }

  const std::string top_;
  const int64_t flags_;
  const int64_t depth_limit_;

  platform::WalkBase base_;
  platform::DirectoryReader reader_;
  std::vector<Visit> pending_;  // the next one last
  Visit current_;               // the one `reader_` has open
  WalkListing listing_;
  std::shared_ptr<const Ancestor> current_identity_;
  WalkBatch batch_;
};

}  // namespace

std::unique_ptr<Task> MakeWalkTree(TaskArguments&& arguments) {
  return std::make_unique<WalkTree>(std::move(arguments));
}

}  // namespace uvfiles
