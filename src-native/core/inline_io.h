// The inline path: if the kernel can answer from memory, the loop thread asks it, and no pool thread is needed.
//
// Nothing here may wait for a disk or a network. After a miss, the caller asks the pool, which gives the same bytes. A
// miss has a cost (RWF_NOWAIT starts read-ahead on the calling thread). So a file that misses is not tried for a while,
// and not at all if cachestat says that the data is not cached.
//
// Thread safety: one environment's loop thread. `Prepare` and `LearnDevice` are called by pool
// threads, on a file that no other thread has yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/open_file.h"
#include "core/stat_record.h"
#include "core/unique_fd.h"

namespace uvfiles {

// Answers of the inline path that are not results.
constexpr int64_t kMiss = -0x10000;       // not cached, or not known to be: ask the pool
constexpr int64_t kBackedOff = -0x10001;  // not even tried

// What an attempt asked: a file system that answers RWF_NOWAIT, one in memory, a kept mapping (overlayfs), cached names.
enum class InlineKind : uint8_t { kNoWait, kMemory, kMapping, kNames };
constexpr int kInlineKinds = 4;

struct InlineFigures {
  uint64_t hits[kInlineKinds] = {};
  uint64_t misses[kInlineKinds] = {};
  uint64_t backed_off = 0;
};

class InlineIO {
 public:
  // Looks at what kind of storage a file is on. Pool thread: may wait.
  static void Prepare(int fd, FileKind kind, InlineState* state);
  // For a file that is read whole and closed: the next one on its device may be opened inline.
  static void LearnDevice(int fd, uint64_t device);
  // Frees what `Read` keeps for the file.
  static void Forget(InlineState* state);

  // Reads `size` bytes, fewer at the end of the file only: a count, or kMiss / kBackedOff. From the file's own position, a
  // miss moves it by CutShort().
  // `length`: the file's, where the caller knows it; -1 otherwise.
  int64_t Read(OpenFile* file, char* data, size_t size, int64_t position, int64_t length = -1);
  // How many bytes the last `Read` has put into `data` before it missed.
  size_t CutShort() const { return cut_short_; }
  // Moves the descriptor's position where that asks no file system: where reads may be inline.
  bool SetPosition(OpenFile* file, int64_t position);
  // Undoes what the last `Read` has moved it by.
  void PutBackCutShort(OpenFile* file);
  // 0, a negative code (there is no such name), or kMiss.
  int64_t Stat(const char* path, bool follow, StatRecord* record);
  // 1 yes, 0 no (or there is no such name), or kMiss. `mode` as access(2).
  int64_t Access(const char* path, int mode);
  // The bytes of a short link, or kMiss.
  int64_t Readlink(const char* path, char* data, size_t size);
  // The whole file if it is not empty and shorter than `size`: a count, or kMiss. `status` gets the
  // status of the same open descriptor; null if the caller does not need it. With a `root`, nothing
  // outside it is opened.
  int64_t ReadFile(const char* path, char* data, size_t size, StatRecord* status,
                   const char* root = nullptr);
  // A descriptor of a regular file on storage that is known, opened for reading, or kMiss.
  int64_t Open(const char* path, int flags, InlineState* state, StatRecord* status,
               const char* root = nullptr);

  // The descriptor that the last attempt on `path` opened and that is not a regular file, or -1. The pool continues
  // with it, because the writers of a FIFO notice when its reader closes it.
  int TakeOpened(const std::string& path, int flags);

  // Called when an event-loop iteration has passed.
  void NextIteration() {
    mounts_checked_ = false;
    opened_.Reset();
  }

  // For tests: every attempt comes up short or fails. 0: off, 1: always miss, 2: half of what was asked.
  void SetFault(int fault) { fault_ = fault; }

  const InlineFigures& figures() const { return figures_; }

 private:
  int OpenPath(const char* path, int flags, const char* root = nullptr);
  // A descriptor that `OpenPath` has opened with O_NONBLOCK, which has no effect on reads of
  // regular files: the descriptor itself if it is as `Open` says, or kMiss. In that case it is
  // closed, or kept for `TakeOpened`.
  int64_t Describe(int fd, const char* path, int flags, InlineState* state, StatRecord* status,
                   const char* root);
  // A whole cached file that is shorter than `size`, without a check of its kind: a count, or
  // kMiss.
  int64_t ReadBlind(int fd, char* data, size_t size);
  void CountHit(InlineKind kind) { figures_.hits[static_cast<int>(kind)]++; }
  void CountMiss(InlineKind kind) { figures_.misses[static_cast<int>(kind)]++; }
  bool Cached(OpenFile* file, int64_t at, size_t size, int64_t length, bool* told);

  InlineFigures figures_;
  UniqueFd opened_;
  std::string opened_path_;
  int opened_flags_ = 0;
  bool mounts_checked_ = false;
  std::shared_ptr<const platform::MountTable> mounts_;  // null: not known in this iteration
  size_t cut_short_ = 0;
  int fault_ = 0;
  uint32_t path_skip_ = 0;
  uint32_t path_misses_ = 0;
  // The number of whole files in a row that were cached, on file systems that support RWF_NOWAIT.
  uint32_t whole_hits_ = 0;
};

}  // namespace uvfiles
