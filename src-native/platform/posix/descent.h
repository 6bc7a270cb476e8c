// The path from the top of a tree down to the current directory, with one Level per directory. Levels are held by
// descriptor, never by path, so renames and links in the tree cannot lead out of it.
//
// Only a few descriptors are open at any depth. Upper levels give theirs up, and are opened again through "..", or else
// by name from the top. An opened directory must be the same one as before. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/unique_fd.h"
#include "platform/posix/directory_stream.h"

namespace uvfiles {

struct RemovalShelf;

struct ListedEntry {
  std::string name;
  bool looks_like_directory;
};

class Descent {
 public:
  struct Level {
    std::string name;        // in the level above; the top's name in its parent at level 0
    DirectoryStream stream;  // closed while given up; listing then starts over
    // Known once the stream has been given up.
    dev_t device = 0;
    ino_t inode = 0;
    uint32_t pass = 0;      // how often new entries were found after it had been emptied
    bool failed = false;    // an entry could not be removed
    bool unlocked = false;  // its mode has been widened once
    std::unordered_set<std::string> kept;  // names not to be tried again when listing starts over
    std::shared_ptr<RemovalShelf> shelf;   // its entries that others remove; null: none
    std::vector<ListedEntry> rest;         // listed already, and still to be done
    bool listed = false;                   // to the end, once
    bool GivenUp() const { return inode != 0; }
  };

  // The most levels that hold a descriptor. The top always does.
  static constexpr size_t kMaxOpen = 16;

  bool empty() const { return levels_.empty(); }
  size_t Depth() const { return levels_.size(); }
  Level& Back() { return levels_.back(); }
  Level& AboveBack() { return levels_[levels_.size() - 2]; }
  Level& At(size_t level) { return levels_[level]; }

  // Opens directory `name` of the lowest level, or of `base` if there is no level yet. With `unlock`, its mode is widened
  // first. Gives up descriptors if the process has run out of them. A descriptor or -errno.
  int OpenChild(int base, const char* name, bool unlock);

  // Makes `fd` the lowest level and takes ownership of it. 0 or -errno.
  int Push(UniqueFd fd, std::string name);

  // Leaves the lowest level, and closes its stream and descriptor.
  void Pop();

  enum class Above : uint8_t {
    kOpen,  // has a descriptor
    kLost,  // is not where it was: the lowest level, and every other that cannot be reached any more, was dropped
    kBusy,  // the process has no descriptor left; nothing has changed
  };
  Above OpenAbove();

  // Closes every descriptor, so that none is held while others are waited for. Only `Restore` may be called then.
  void GiveUpAll();
  enum class Restored : uint8_t {
    kAll,       // the top and the lowest level have descriptors again
    kLost,      // the lower levels are not where they were and were dropped; the top is there
    kTopGone,   // `base` has no entry with the top's name
    kTopOther,  // the entry with the top's name is not the top
    kBusy,      // the process has no descriptor left; all are given up again
  };
  Restored Restore(int base);

  // The path of `entry` of the lowest level (of the level itself if null), where `top` is the path of the top.
  std::string PathOf(const std::string& top, const char* entry) const;
  // The path of a level.
  std::string PathOf(const std::string& top, size_t level) const;

 private:
  bool GiveUpOne();
  static bool GiveUp(Level* level);
  void RestoreFromTop();
  int Reopen(size_t wanted, size_t* reached);
  static bool SameDirectory(int fd, const Level& level);

  std::vector<Level> levels_;
  // Levels 0 and [first_open_, end) have descriptors.
  size_t first_open_ = 0;
};

}  // namespace uvfiles
