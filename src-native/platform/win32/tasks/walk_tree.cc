#include "platform/win32/tasks/walk_tree.h"

#include <uv.h>

#include <algorithm>
#include <iterator>

#include "core/tasks/records.h"
#include "core/tasks/walk_tree.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {

using win32::Directory;
using win32::Entry;
using win32::Join;

namespace {

bool LeadsToDirectory(const std::string& path) {
  StatRecord record;
  return win32::StatPath(path, true, &record) == 0 && (record.mode & kTypeMask) == kTypeDirectory;
}

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
    // The caller joins names as it does everywhere; the paths of directories are put together of them.
    std::replace(visit.relative.begin(), visit.relative.end(), '/', '\\');
    visit.index = static_cast<uint32_t>(pending_.size());
    visit.level =
        length == 0
            ? 0
            : 1 + static_cast<uint32_t>(std::count_if(begin, begin + length, win32::IsSeparator));
    visit.follow = length == 0 || (flags_ & kFollowLinks) != 0 ||
                   (pending_.size() < follow.size() && follow[pending_.size()] == '1');
    pending_.push_back(std::move(visit));
  });
  std::reverse(pending_.begin(), pending_.end());
}

Step WalkTree::Run(const Slice& slice) {
  while (!pending_.empty()) {
    if (cancelled()) {
      error = {UV_ECANCELED, "scandir", top_, ""};
      return Step::kDone;
    }
    if (batch_.IsFull()) {
      batch_.Grow();
      return batch_.Flush(Step::kReady, &output);
    }
    Visit visit = std::move(pending_.back());
    pending_.pop_back();
    Take(std::move(visit));
    if (slice.Expired() && !pending_.empty()) return Step::kAgain;
  }
  return batch_.Flush(Step::kDone, &output);
}

void WalkTree::Take(Visit visit) {
  if (visit.listed) return Emit(visit);
  if (!List(&visit)) return;
  const bool descends = visit.code == 0 && (depth_limit_ < 0 || visit.level < depth_limit_);
  const bool has_children =
      descends && (visit.listing.directories.count > 0 ||
                   ((flags_ & kFollowLinks) != 0 && visit.listing.links.count > 0));
  if (!has_children) return Emit(visit);
  if ((flags_ & kBottomUp) == 0) Emit(visit);
  PushChildren(&visit);
}

// False for what is passed over: a link that is not to be followed, or that leads back.
bool WalkTree::List(Visit* visit) {
  const std::string path = Join(top_, visit->relative);
  Directory directory;
  visit->code = directory.Open(path.empty() ? "." : path, visit->follow, false);
  if (visit->code == UV_ENOTDIR && !visit->follow && LeadsToDirectory(path)) return false;
  if (visit->code != 0) return true;
  if ((flags_ & kFollowLinks) != 0) {
    StatRecord self;
    if (win32::StatHandle(directory.handle(), &self, false) == 0) {
      if (std::count(visit->above.begin(), visit->above.end(), self.ino) > 0) return false;
      visit->above.push_back(self.ino);
    }
  }
  Entry entry;
  while ((visit->code = directory.Next(&entry)) > 0) {
    if ((flags_ & kNoHidden) != 0 && entry.name[0] == '.') continue;
    WalkNames* kind = &visit->listing.others;
    if (entry.type == EntryType::kDirectory) kind = &visit->listing.directories;
    if (entry.type == EntryType::kLink && LeadsToDirectory(Join(path, entry.name)))
      kind = &visit->listing.links;
    kind->Add(entry.name.c_str(), entry.name.size());
  }
  if (visit->code < 0) visit->listing = WalkListing();
  return true;
}

void WalkTree::PushChildren(Visit* visit) {
  std::vector<Visit> children;
  const auto add = [&](const WalkNames& names, bool are_links) {
    names.ForEach([&](const char* name, size_t length) {
      Visit child;
      child.relative = Join(visit->relative, std::string(name, length));
      child.depth = visit->depth + 1;
      child.index = static_cast<uint32_t>(children.size());
      child.level = visit->level + 1;
      child.follow = are_links;
      child.above = visit->above;
      children.push_back(std::move(child));
    });
  };
  add(visit->listing.directories, false);
  if ((flags_ & kFollowLinks) != 0) add(visit->listing.links, true);
  if ((flags_ & kBottomUp) != 0) {
    visit->listed = true;
    pending_.push_back(std::move(*visit));
  }
  std::move(children.rbegin(), children.rend(), std::back_inserter(pending_));
}

void WalkTree::Emit(const Visit& visit) {
  batch_.Add(visit.depth, visit.index, visit.code, Join(top_, visit.relative), visit.listing);
}

}  // namespace uvfiles
