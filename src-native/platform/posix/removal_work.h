// The work of a RemoveTree and of each of its hands, each with its own state. remove_tree.cc removes entries, and
// removal_hands.cc shares the work. Used by one thread at a time.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/tasks/remove_tree.h"
#include "core/unique_fd.h"
#include "platform/posix/descent.h"
#include "platform/posix/removal_crew.h"

namespace uvfiles {

class RemoveTree::Work {
 public:
  Work(Task* task, std::string path, int64_t flags)
      : task_(task), path_(std::move(path)), flags_(flags) {}
  // The work of a hand.
  Work(Task* task, std::shared_ptr<RemovalCrew> crew)
      : task_(task), flags_(crew->flags()), crew_(std::move(crew)), begun_(true), is_hand_(true) {
    crew_->Join();
  }
  ~Work();

  Step Run(const Slice& slice);

 private:
  // The whole tree, or entries that were taken from another hand. Then, the top level is their directory: it lists nothing
  // else, and is not removed.
  struct Part {
    Descent descent;
    std::string path;
    RemovalCrew::Offer offer;
    size_t next = 0;
  };

  Part& LastPart() { return parts_.back(); }
  Descent& descent() { return parts_.back().descent; }
  bool InOffer() { return LastPart().offer.shelf != nullptr && descent().Depth() == 1; }

  void Begin();
  void Suspend();
  bool Resume();
  bool Starve(int code);
  void Advance();
  void RemoveEntry(const char* name, bool looks_like_directory);
  bool Enter(const std::string& name, uint32_t pass, int* failure);
  void LeaveLowest();
  void RemoveEmptied();
  void KeepUnreachable(const std::string& name);
  void Fail(int code, const char* syscall, const char* entry);
  void KeepEntry(const char* name, int code, const char* syscall);
  bool Unlock(Descent::Level& level);
  bool Has(int64_t flag) const { return (flags_ & flag) != 0; }
  bool Give(size_t at, const dirent* entry);
  bool GiveFromAbove();
  bool Take(const RemovalShelf* shelf);
  void SettleOffer();
  void DropPart();
  bool WorthCalling() const;
  bool Call();
  Step Starved();
  Step NothingLeft(const Slice& slice);
  Step Finish();

  Task* const task_;
  const std::string path_;
  const int64_t flags_;
  std::shared_ptr<RemovalCrew> crew_;  // null until hands are called
  UniqueFd base_;                      // the directory that holds the top
  std::string top_;                    // the top's name in it
  std::vector<Part> parts_;
  bool suspended_ = false;    // every descriptor is given up
  struct stat base_stat_ {};  // of the directory that holds the top, while suspended
  std::string waiting_;       // an entry to be removed when there is a descriptor
  TaskError error_;           // the first one here; the crew has the first one of the hands
  bool begun_ = false;
  const bool is_hand_ = false;
  bool finished_ = false;
  bool has_failed_ = false;
  bool starving_ = false;  // there was no descriptor for the next action, which is still pending
  int lost_ = 0;
  int idle_ = 0;
  int slices_ = 0;
  RemovalCrew::Counts counts_;
};

}  // namespace uvfiles
