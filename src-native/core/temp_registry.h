// The files and directories to be removed when the process or an environment (the main thread's, a worker's) ends. The
// process has one registry, because Ctrl-C must also remove the files of workers.
//
// It removes them when an owner is closed, at exit(), and before a fatal signal takes effect (core/exit_signals.h). A
// forked child removes nothing of its parent's.
//
// All members may be called from any thread. No file is created or removed under mutex_. When the first entry is added, the
// handlers of signals are installed under it, and their thread is started.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace uvfiles {

class TempRegistry {
 public:
  using Owner = uint64_t;
  using Id = uint64_t;  // 0: none
  enum class Kind : uint8_t { kFile, kDirectory };

  static TempRegistry& Shared();

  Owner OpenOwner();
  // Removes what is registered for `owner`. Its creations that are under way undo themselves.
  void CloseOwner(Owner owner);

  // Exists from before the system call that creates a file until the file is registered, so that no signal ends the
  // process in between and leaves the file behind. Must be short.
  class Creation {
   public:
    explicit Creation(Owner owner);
    ~Creation();
    Creation(const Creation&) = delete;
    Creation& operator=(const Creation&) = delete;
    // False if the owner is closed or the process is exiting. Nothing may be created then.
    bool allowed() const { return allowed_; }
    // 0 if the owner was closed meanwhile. The caller then removes what it created.
    Id Register(const std::string& path, Kind kind);

   private:
    const Owner owner_;
    const bool allowed_;
  };

  // For entries that have been removed, or shall stay. Unknown ids are fine, because a cleanup may have been faster.
  void Forget(Id id);

  size_t size();
  // The number of entries of `owner`.
  size_t CountOf(Owner owner);

  // For signals. `PrepareToDie` blocks new creations, waits a limited time for those under way, and removes everything.
  // `Resume` unblocks them if the process did not end.
  void PrepareToDie();
  void Resume();

  // For exit(). The same, but creations are refused from then on.
  void RemoveAtExit();

 private:
  struct Entry {
    std::string path;
    Kind kind;
    Owner owner;
  };
  enum class Phase : uint8_t { kRunning, kDying, kExiting };

  TempRegistry();
  bool BeginCreation(Owner owner);
  void EndCreation();
  Id Add(const std::string& path, Kind kind, Owner owner);
  void Uncount(Owner owner);  // under the lock
  void AdoptAfterFork();
  void RemoveEverything();
  std::vector<Entry> Take(Owner owner, bool all);
  static void Remove(const std::vector<Entry>& entries);

  std::mutex mutex_;
  std::condition_variable changed_;
  // Held while taken entries are being removed, so that a second cleanup, which finds no entries, does not end the
  // process before the first one has finished. Locked before mutex_, never after.
  std::mutex removal_mutex_;
  std::unordered_map<Id, Entry> entries_;
  std::unordered_map<Owner, size_t> owners_;  // how many entries each has
  Id last_id_ = 0;
  Owner last_owner_ = 0;
  int creating_ = 0;
  Phase phase_ = Phase::kRunning;
  int64_t process_ = 0;
};

}  // namespace uvfiles
