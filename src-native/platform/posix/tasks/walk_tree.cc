#include "platform/posix/tasks/walk_tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/tasks/records.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/open_below.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// Between two looks at the clock within one directory.
constexpr uint32_t kEntriesPerLook = 256;

constexpr int kListFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK;

}  // namespace

WalkTree::WalkTree(TaskArguments&& arguments)
    : top_(std::move(arguments.bytes[0])),
      flags_(arguments.numbers[0]),
      depth_limit_(arguments.numbers[2]),
      batch_(arguments.numbers[1]) {
  const std::string& follow = arguments.bytes[2];
  SplitList(arguments.bytes[1], [&](const char* begin, size_t length) {
    Visit visit;
    visit.relative.assign(begin, length);
    visit.index = static_cast<uint32_t>(pending_.size());
    visit.level =
        length == 0 ? 0 : 1 + static_cast<uint32_t>(std::count(begin, begin + length, '/'));
    visit.follow = length == 0 || (flags_ & kFollowLinks) != 0 ||
                   (pending_.size() < follow.size() && follow[pending_.size()] == '1');
    pending_.push_back(std::move(visit));
  });
  std::reverse(pending_.begin(), pending_.end());
}

Step WalkTree::Run(const Slice& slice) {
  for (;;) {
    if (cancelled()) {
      error.code = -ECANCELED;
      error.syscall = "scandir";
      error.path = top_;
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
      switch (OpenNext()) {
        case Opened::kShortage:
          pending_.push_back(std::move(current_));
          return Flush(Step::kReady);
        case Opened::kYes:
          break;
        case Opened::kPassOver:
        case Opened::kFailed:
          continue;
      }
    }
    if (!ReadOn(slice) || slice.Expired()) return Step::kAgain;
  }
}

WalkTree::Opened WalkTree::OpenNext() {
  int fd;
  if (current_.relative.empty()) {
    // By its path rather than below a base: a directory may be readable and not searchable.
    fd = Retrying([&] { return ::open(top_.c_str(), kListFlags | O_CLOEXEC); });
  } else {
    if (!base_) {
      const int code = OpenBase();
      if (IsDescriptorShortage(code)) return Opened::kShortage;
      if (code < 0) {
        Emit(current_, WalkListing(), code);
        return Opened::kFailed;
      }
    }
    fd = OpenBelow(base_.Get(), current_.relative,
                   current_.follow ? kListFlags : kListFlags | O_NOFOLLOW);
    if (!current_.follow && (fd == -ELOOP || fd == -EMLINK)) return Opened::kPassOver;
    if (!current_.follow && fd == -ENOTDIR) {
      // Linux says ENOTDIR of a link here; of anything else it is the truth.
      struct stat found;
      if (::fstatat(base_.Get(), current_.relative.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISLNK(found.st_mode)) {
        return Opened::kPassOver;
      }
    }
  }
  if (IsDescriptorShortage(fd)) return Opened::kShortage;
  const int code = fd < 0 ? fd : reader_.Open(UniqueFd(fd));
  if (code < 0) {
    Emit(current_, WalkListing(), code);
    return Opened::kFailed;
  }
  if ((flags_ & kFollowLinks) != 0 && IsLoop()) {
    reader_.Close();
    return Opened::kPassOver;
  }
  listing_ = WalkListing();
  return Opened::kYes;
}

int WalkTree::OpenBase() {
  const int fd = OpenDirectoryAsBase(top_.c_str());
  if (fd < 0) return fd;
  UniqueFd opened(fd);
  struct stat found;
  if (::fstat(fd, &found) != 0) return -errno;
  if (base_known_ && (found.st_dev != base_device_ || found.st_ino != base_inode_)) return -ESTALE;
  base_known_ = true;
  base_device_ = found.st_dev;
  base_inode_ = found.st_ino;
  base_ = std::move(opened);
  return 0;
}

bool WalkTree::IsLoop() {
  struct stat self;
  if (::fstat(reader_.fd(), &self) != 0) return false;
  const uint64_t device = static_cast<uint64_t>(self.st_dev);
  const uint64_t inode = static_cast<uint64_t>(self.st_ino);
  // A root that is not the top has lost its ancestors with the walk it was left over from.
  if (current_.depth == 0 && !current_.above) current_.above = AncestorsOf(current_.relative);
  for (const Ancestor* each = current_.above.get(); each != nullptr; each = each->above.get()) {
    if (each->device == device && each->inode == inode) return true;
  }
  current_identity_ = std::make_shared<const Ancestor>(Ancestor{device, inode, current_.above});
  return false;
}

std::shared_ptr<const WalkTree::Ancestor> WalkTree::AncestorsOf(const std::string& relative) const {
  std::shared_ptr<const Ancestor> chain;
  for (size_t end = 0; end < relative.size();) {
    const std::string above = JoinBelow(top_, relative.substr(0, end));
    struct stat found;
    if (::stat(above.c_str(), &found) == 0) {
      chain = std::make_shared<const Ancestor>(Ancestor{
          static_cast<uint64_t>(found.st_dev), static_cast<uint64_t>(found.st_ino), chain});
    }
    end = relative.find('/', end == 0 ? 0 : end + 1);
    if (end == std::string::npos) break;
  }
  return chain;
}

bool WalkTree::ReadOn(const Slice& slice) {
  DirectoryEntry entry;
  for (uint32_t count = 1;; count++) {
    const int found = reader_.Next(&entry);
    if (found < 0) {
      reader_.Close();
      Emit(current_, WalkListing(), found);
      return true;
    }
    if (found == 0) {
      FinishDirectory();
      return true;
    }
    if ((flags_ & kNoHidden) == 0 || entry.name[0] != '.') Add(entry);
    if (count % kEntriesPerLook == 0 && (slice.Expired() || cancelled())) return false;
  }
}

void WalkTree::Add(const DirectoryEntry& entry) {
  const EntryType type = reader_.TypeOf(entry);
  if (type == EntryType::kDirectory) {
    listing_.directories.Add(entry.name, entry.length);
    return;
  }
  if (type == EntryType::kLink) {
    struct stat target;
    if (::fstatat(reader_.fd(), entry.name, &target, 0) == 0 && S_ISDIR(target.st_mode)) {
      listing_.links.Add(entry.name, entry.length);
      return;
    }
  }
  listing_.others.Add(entry.name, entry.length);
}

void WalkTree::FinishDirectory() {
  reader_.Close();
  const bool descends = depth_limit_ < 0 || current_.level < depth_limit_;
  const bool has_children =
      descends && (listing_.directories.count > 0 ||
                   ((flags_ & kFollowLinks) != 0 && listing_.links.count > 0));
  if ((flags_ & kBottomUp) == 0 || !has_children) Emit(current_, listing_, 0);
  if (has_children) PushChildren();
}

void WalkTree::PushChildren() {
  if ((flags_ & kBottomUp) != 0) {
    Visit again;
    again.relative = current_.relative;
    again.depth = current_.depth;
    again.index = current_.index;
    again.listing = std::make_unique<WalkListing>(listing_);
    pending_.push_back(std::move(again));
  }
  const size_t first = pending_.size();
  uint32_t index = 0;
  const auto push_all = [&](const WalkNames& names, bool are_links) {
    names.ForEach(
        [&](const char* name, size_t length) { PushChild(name, length, index++, are_links); });
  };
  push_all(listing_.directories, false);
  if ((flags_ & kFollowLinks) != 0) push_all(listing_.links, true);
  std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(first), pending_.end());
}

void WalkTree::PushChild(const char* name, size_t length, uint32_t index, bool is_link) {
  Visit child;
  child.relative.reserve(current_.relative.size() + 1 + length);
  child.relative = current_.relative;
  if (!child.relative.empty()) child.relative.push_back('/');
  child.relative.append(name, length);
  child.depth = current_.depth + 1;
  child.index = index;
  child.level = current_.level + 1;
  child.follow = is_link;
  if ((flags_ & kFollowLinks) != 0) child.above = current_identity_;
  pending_.push_back(std::move(child));
}

void WalkTree::Emit(const Visit& visit, const WalkListing& listing, int code) {
  batch_.Add(visit.depth, visit.index, code, JoinBelow(top_, visit.relative), listing);
}

Step WalkTree::Flush(Step step) {
  // Whoever consumes the batch may take long, or wait for a descriptor itself.
  base_.Reset();
  return batch_.Flush(step, &output);
}

}  // namespace uvfiles
