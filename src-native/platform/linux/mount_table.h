// The mounts in /proc/self/mountinfo: which one a path leads into, and whether it is local.
//
// A table is immutable except for one flag, so any number of threads may use it. A separate thread reads it, in time
// proportional to its length, so that no operation waits for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/unique_fd.h"

namespace uvfiles {
namespace platform {

class MountTable {
 public:
  struct Mount {
    uint64_t id = 0;   // as MountOf() returns it
    std::string root;  // the mount point, without a slash at the end; "" for /
    bool local = false;
  };

  MountTable() = default;
  MountTable(const MountTable&) = delete;
  MountTable& operator=(const MountTable&) = delete;

  // Reads the table of this process. Waits for mounts in progress. `may_be_unique`: with ids that are never reused, if
  // the kernel has them. Without a free descriptor, the table is empty, and counts as changed from the start.
  static std::shared_ptr<const MountTable> Learn(bool may_be_unique = true);
  // The table in `text`, in the format of mountinfo.
  static std::shared_ptr<const MountTable> Parse(const std::string& text);

  // The mount that the absolute path leads into if it contains no links; null if none is known.
  const Mount* Find(std::string_view path) const;
  // Whether an open descriptor, or with AT_FDCWD the working directory, is on a local mount. Other mounts may cover that
  // mount. Asks no server.
  bool IsLocal(int fd) const;
  // Whether the descriptor is on this mount. Asks no server.
  bool IsOn(int fd, const Mount& mount) const;

  // Whether mounts, or the root directory of the process, have changed since. A change of the root directory is noticed
  // within a millisecond. The answer stays true for all threads, because the kernel reports each change only once.
  bool Changed() const;
  // Whether it is empty because there was no descriptor to read it with.
  bool LackedDescriptor() const { return lacked_descriptor_; }

 private:
  struct Line;
  struct Identity {
    uint64_t mount = 0;
    uint64_t inode = 0;
    bool operator==(const Identity& other) const {
      return mount == other.mount && inode == other.inode;
    }
  };

  void Build(const std::string& text, const std::unordered_map<uint64_t, uint64_t>& unique_ids);
  uint64_t MountOf(int fd) const;
  bool IsCurrent() const;
  void AddVisible(std::vector<Line>* lines);
  void JudgeOverlays(std::vector<Line>* lines);
  void UseUniqueIds(const std::unordered_map<uint64_t, uint64_t>& unique_ids,
                    std::vector<Line>* lines);
  Identity Root() const;

  std::unordered_map<std::string_view, Mount*> by_root_;  // those that nothing covers
  std::vector<std::unique_ptr<Mount>> mounts_;
  std::unordered_set<uint64_t> local_ids_;
  // Whether the ids are those of STATX_MNT_ID_UNIQUE. Other ids are reused as soon as their mount is gone, so `IsCurrent` is
  // asked after each comparison of ids.
  bool unique_ = false;
  bool lacked_descriptor_ = false;
  UniqueFd watch_;  // mountinfo: poll(2) reports changes since it was opened
  Identity root_;
  mutable std::atomic<uint64_t> root_asked_ns_{0};
  mutable std::atomic<bool> changed_{false};
};

// The latest table; null before the first one.
std::shared_ptr<const MountTable> LastLearntMounts();

}  // namespace platform
}  // namespace uvfiles
