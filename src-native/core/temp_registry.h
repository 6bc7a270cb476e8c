// What is to be removed when the process ends or an environment (the main thread's, a worker's) goes: one registry for
// the process, because a worker's files must go too when Ctrl-C kills the process from outside of it.
//
// It cleans up when an owner is closed, at exit(), and through ExitSignals before a fatal signal takes effect. Nothing
// is ever removed by a child made with fork. All members may be called from any thread; the lock is never held during
// I/O.
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
  // Removes what is registered for `owner`; creations of its that are under way undo themselves.
  void CloseOwner(Owner owner);

  // Brackets the creation of a file: from before the system call that makes it until it is registered, so that no
  // instant is left in which a signal would end the process with the file made and not known. Must be short.
  class Creation {
   public:
    explicit Creation(Owner owner);
    ~Creation();
    Creation(const Creation&) = delete;
    Creation& operator=(const Creation&) = delete;
    // False when the owner is closed or the process is exiting: create nothing.
    bool allowed() const { return allowed_; }
    // 0 when the owner was closed meanwhile: the creator removes what it made.
    Id Register(const std::string& path, Kind kind);

   private:
    const Owner owner_;
    const bool allowed_;
  };

  // The thing is gone, or to stay. Unknown ids are fine: a cleanup may have been quicker.
  void Forget(Id id);

  size_t size();
  // How many things are registered for `owner`.
  size_t CountOf(Owner owner);

  // For ExitSignals. `PrepareToDie` holds creations up, waits (bounded) for those under way and removes everything;
  // `Resume` lets them go on when the process has not died after all.
  void PrepareToDie();
  void Resume();

  // For exit(): the same, and creations are refused from then on.
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
  // Held while entries that have been taken out are being removed, so that a second cleanup, which finds nothing to do,
  // does not end the process before the first has finished. Locked before mutex_, never after.
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
