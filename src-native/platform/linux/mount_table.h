// What /proc/self/mountinfo says: which mount a path leads into, and whether it is local.
//
// A table is immutable but for one flag, so any number of threads may use it. It is learnt by a thread of its own and
// never while anybody waits, in time proportional to its length.
#pragma once

#include <atomic>
#include <cstddef>
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
    uint64_t id = 0;
    std::string root;  // where it is mounted, without a slash at the end; "" for /
    bool local = false;
  };

  MountTable() = default;
  MountTable(const MountTable&) = delete;
  MountTable& operator=(const MountTable&) = delete;

  // Reads the table of this process. Waits for whoever mounts at the moment.
  static std::shared_ptr<const MountTable> Learn();
  // The table in `text`, in the format of mountinfo.
  static std::shared_ptr<const MountTable> Parse(const std::string& text);

  // The mount that the absolute path leads into, links aside; null where none is known.
  const Mount* Find(std::string_view path) const;
  // Whether a mount with this number is local, also one that others cover.
  bool IsLocal(uint64_t id) const { return local_ids_.count(id) != 0; }

  // Whether mounts, or the root directory of the process, have changed since. Once true it stays true, whichever thread
  // has seen it first: the kernel tells of a change only once.
  bool Changed() const;

 private:
  struct Line;
  struct Identity {
    uint64_t mount = 0;
    uint64_t inode = 0;
    bool operator==(const Identity& other) const {
      return mount == other.mount && inode == other.inode;
    }
  };

  void Build(const std::string& text);
  void AddVisible(std::vector<Line>* lines);
  void JudgeOverlays(std::vector<Line>* lines);
  static Identity Root();

  std::unordered_map<std::string_view, Mount*> by_root_;  // those that nothing covers
  std::vector<std::unique_ptr<Mount>> mounts_;
  std::unordered_set<uint64_t> local_ids_;
  UniqueFd watch_;  // mountinfo: poll(2) tells of changes since it was opened
  Identity root_;
  mutable std::atomic<bool> changed_{false};
};

// The number of the mount that an open descriptor, or with AT_FDCWD the working directory, is on; 0 where the kernel does
// not tell. Asks no server.
uint64_t MountOf(int fd);

// What was learnt last; null before that.
std::shared_ptr<const MountTable> LastLearntMounts();

}  // namespace platform
}  // namespace uvfiles
