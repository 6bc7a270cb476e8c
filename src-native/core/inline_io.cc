#include "core/inline_io.h"

#include <uv.h>

#include <cstdio>

#include "platform/cached.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"

namespace uvfiles {

using platform::CacheAccess;
using platform::Residency;

namespace {

constexpr uint32_t kTrusted = 32;  // hits in a row after which cachestat is not asked any more
constexpr size_t kBlindRead = 16 * 1024 + 1;  // more than results that share memory have
constexpr uint32_t kMaxSkipTold = 8;      // attempts left out after misses where cachestat tells
constexpr uint32_t kMaxSkipUntold = 256;  // ... and where only an attempt would
constexpr int64_t kShortLink = 60;        // bytes that ext4 keeps in the inode; others keep more

uint32_t BackOff(uint32_t misses, uint32_t most) {
  const uint32_t skip = misses < 9 ? 1u << misses : 256;
  return skip < most ? skip : most;
}

void Missed(InlineState* state, bool told) {
  state->hits = 0;
  if (state->misses < 16) state->misses++;
  state->skip = BackOff(state->misses, told ? kMaxSkipTold : kMaxSkipUntold);
}

void KeepMapping(int fd, int64_t size, InlineState* state) {
  state->access = CacheAccess::kNever;
  if (size <= 0 || !platform::MayAskMincore(fd)) return;
  state->mapping = platform::MapFile(fd, static_cast<size_t>(size));
  if (state->mapping == nullptr) return;
  state->mapped = static_cast<size_t>(size);
  state->access = CacheAccess::kMincore;
}

InlineKind KindOf(CacheAccess access) {
  if (access == CacheAccess::kMincore) return InlineKind::kMapping;
  return access == CacheAccess::kMemory ? InlineKind::kMemory : InlineKind::kNoWait;
}

}  // namespace

void InlineIO::Prepare(int fd, FileKind kind, InlineState* state) {
  *state = InlineState();
  if (kind != FileKind::kRegular) return;
  StatRecord record;
  if (platform::Fstat(fd, &record) != 0) return;
  state->device = static_cast<uint64_t>(record.dev);
  state->access = platform::Classify(fd, state->device, true);
  if (state->access == CacheAccess::kMemory && platform::HasSwap())
    state->access = CacheAccess::kNever;
  if (state->access == CacheAccess::kMincore) KeepMapping(fd, record.size, state);
}

void InlineIO::LearnDevice(int fd, uint64_t device) { platform::Classify(fd, device, true); }

void InlineIO::Forget(InlineState* state) {
  platform::UnmapFile(state->mapping, state->mapped);
  *state = InlineState();
}

// Whether the range is worth an attempt. `told`: the answer is known, not assumed.
bool InlineIO::Cached(OpenFile* file, int64_t at, size_t size, int64_t length, bool* told) {
  InlineState& state = file->inline_state;
  *told = true;
  if (length >= 0 && at + static_cast<int64_t>(size) > length) {
    if (at >= length) return true;  // the end of the file is no page
    size = static_cast<size_t>(length - at);
  }
  if (state.access == CacheAccess::kMincore) {
    // The mapping covers the file as it was when it was opened. The pool reads what lies beyond.
    return platform::MappedResidency(state.mapping, state.mapped, at, size) == Residency::kYes;
  }
  switch (platform::ResidencyOf(file->fd, at, size)) {
    case Residency::kYes:
      return true;
    case Residency::kUntold:
      *told = false;
      return true;
    case Residency::kNo:
      break;
  }
  if (length >= 0) return false;
  FileKind kind;
  if (platform::Describe(file->fd, &kind, &length) != 0 ||
      at + static_cast<int64_t>(size) <= length)
    return false;
  return Cached(file, at, size, length, told);
}

int64_t InlineIO::Read(OpenFile* file, char* data, size_t size, int64_t position, int64_t length) {
  InlineState& state = file->inline_state;
  cut_short_ = 0;
  if (state.access == CacheAccess::kNever || state.access == CacheAccess::kUnknown || size == 0)
    return kMiss;
  if (state.skip > 0) {
    state.skip--;
    figures_.backed_off++;
    return kBackedOff;
  }
  if (fault_ == 1) {
    CountMiss(KindOf(state.access));
    return kMiss;
  }
  bool told = false;
  if (state.access == CacheAccess::kMincore ||
      (state.access == CacheAccess::kNoWait && state.hits < kTrusted)) {
    // The position is a number in the kernel; no file system is asked.
    const int64_t at = position >= 0 ? position : platform::Seek(file->fd, 0, SEEK_CUR);
    if (at < 0 || !Cached(file, at, size, length, &told)) {
      Missed(&state, told);
      CountMiss(KindOf(state.access));
      return kMiss;
    }
  }

  const size_t wanted = fault_ == 2 && size > 1 ? size / 2 : size;
  const bool plain = state.access != CacheAccess::kNoWait;
  // If the end is known, no further read has to find it.
  const size_t to_end =
      position >= 0 && length > position ? static_cast<size_t>(length - position) : SIZE_MAX;
  size_t total = 0;
  int64_t count;
  do {
    const int64_t from = position < 0 ? kCurrentPosition : position + static_cast<int64_t>(total);
    if (!plain) {
      count = platform::ReadCached(file->fd, data + total, wanted - total, from);
    } else {
      count = from < 0 ? platform::Read(file->fd, data + total, wanted - total)
                       : platform::Pread(file->fd, data + total, wanted - total, from);
    }
    if (count > 0) total += static_cast<size_t>(count);
  } while (count > 0 && total < wanted && total != to_end);

  if (count == UV_ENOTSUP || count == -EOPNOTSUPP) {
    platform::ForgetAccess(state.device);
    state.access = CacheAccess::kNever;
    return kMiss;
  }
  // The pool reads what the cache does not have.
  if (count < 0 || (wanted < size && total == wanted)) {
    cut_short_ = total;
    Missed(&state, told);
    CountMiss(KindOf(state.access));
    return kMiss;
  }
  state.misses = 0;
  if (state.hits < kTrusted) state.hits++;
  CountHit(KindOf(state.access));
  return static_cast<int64_t>(total);
}

void InlineIO::PutBackCutShort(OpenFile* file) {
  if (cut_short_ > 0) platform::Seek(file->fd, -static_cast<int64_t>(cut_short_), SEEK_CUR);
  cut_short_ = 0;
}

bool InlineIO::SetPosition(OpenFile* file, int64_t position) {
  const CacheAccess access = file->inline_state.access;
  if (access == CacheAccess::kNever || access == CacheAccess::kUnknown ||
      file->inline_state.skip > 0)
    return false;
  return platform::Seek(file->fd, position, SEEK_SET) == position;
}

// --- paths ----------------------------------------------------------------------------------------------------------

int InlineIO::OpenPath(const char* path, int flags, const char* root) {
  if (fault_ != 0) return static_cast<int>(kMiss);
  if (path_skip_ > 0) {
    path_skip_--;
    figures_.backed_off++;
    return static_cast<int>(kMiss);
  }
  // Once per loop iteration, because a program that mounts something waits at least until the next
  // one for it.
  if (!mounts_checked_) {
    mounts_checked_ = true;
    mounts_ = platform::KnownMounts();
    if (mounts_ == nullptr) platform::WantMounts();
  }
  if (mounts_ == nullptr) return static_cast<int>(kMiss);
  const int fd = root == nullptr ? platform::OpenCached(*mounts_, path, flags)
                                 : platform::OpenCachedBeneath(*mounts_, root, path, flags);
  // A negative lookup (ENOENT) is cached, too, and is an answer.
  if (fd >= 0 || fd == UV_ENOENT) {
    path_misses_ = 0;
    return fd;
  }
  if (path_misses_ < 6) path_misses_++;
  path_skip_ = path_misses_ > 2 ? BackOff(path_misses_ - 2, 16) : 0;
  CountMiss(InlineKind::kNames);
  return static_cast<int>(kMiss);
}

int64_t InlineIO::Stat(const char* path, bool follow, StatRecord* record) {
  const int fd = OpenPath(path, follow ? platform::kLookUp : platform::kLookUpLink);
  if (fd == kMiss) return kMiss;
  if (fd >= 0) {
    const int status = platform::Fstat(fd, record);
    platform::CloseFile(fd);
    if (status < 0) return kMiss;
  }
  CountHit(InlineKind::kNames);
  return fd < 0 ? fd : 0;
}

int64_t InlineIO::Access(const char* path, int mode) {
  const int fd = OpenPath(path, platform::kLookUp);
  if (fd == kMiss) return kMiss;
  int status = fd;
  if (fd >= 0) {
    status = platform::AccessOpen(fd, mode);
    platform::CloseFile(fd);
    if (status == platform::kUnsupported) return kMiss;
  }
  CountHit(InlineKind::kNames);
  return status == 0 ? 1 : 0;
}

int64_t InlineIO::Readlink(const char* path, char* data, size_t size) {
  const int fd = OpenPath(path, platform::kLookUpLink);
  if (fd < 0) return kMiss;
  StatRecord record;
  int64_t count = kMiss;
  // If the file system keeps short links in their inodes, the link of a cached name is in memory.
  if (platform::Fstat(fd, &record) == 0 && (record.mode & kTypeMask) == kTypeLink &&
      record.size < kShortLink && platform::KeepsLinksInInodes(fd)) {
    count = platform::ReadlinkOpen(fd, data, size);
  }
  platform::CloseFile(fd);
  if (count < 0) return kMiss;
  CountHit(InlineKind::kNames);
  return count;
}

int64_t InlineIO::Open(const char* path, int flags, InlineState* state, StatRecord* status,
                       const char* root) {
  // Without O_NONBLOCK, opening a FIFO would wait. The pool opens everything that is not a regular file.
  const int opened = OpenPath(path, flags | platform::kNoWait, root);
  if (opened < 0) return kMiss;
  const int64_t fd = Describe(opened, path, flags, state, status, root);
  if (fd >= 0) platform::MakeBlocking(static_cast<int>(fd), flags);
  return fd;
}

int64_t InlineIO::Describe(int fd, const char* path, int flags, InlineState* state,
                           StatRecord* status, const char* root) {
  StatRecord& record = *status;
  const bool described = platform::Fstat(fd, &record) == 0;
  const int64_t type = record.mode & kTypeMask;
  if (described && type == kTypeRegular) {
    *state = InlineState();
    state->device = static_cast<uint64_t>(record.dev);
    // A device that is not known yet is left to the pool, because a server may have to answer for it.
    if (platform::KnownAccess(state->device) != CacheAccess::kUnknown)
      state->access = platform::Classify(fd, state->device, false);
    if (state->access == CacheAccess::kMemory && platform::HasSwap())
      state->access = CacheAccess::kNever;
    if (state->access == CacheAccess::kMincore) KeepMapping(fd, record.size, state);
    if (state->access != CacheAccess::kUnknown) {
      CountHit(InlineKind::kNames);
      return fd;
    }
  } else if (described && type != kTypeDirectory && root == nullptr) {
    opened_.Reset(fd);
    opened_path_.assign(path);
    opened_flags_ = flags;
    return kMiss;
  }
  platform::CloseFile(fd);
  return kMiss;
}

// RWF_NOWAIT is refused by file systems without it, and a read at a position by FIFOs and terminals. Devices without a
// size are read, but their end is not where the bytes end.
int64_t InlineIO::ReadBlind(int fd, char* data, size_t size) {
  const int64_t count = platform::ReadCached(fd, data, size, 0);
  // Fewer bytes than asked for: the file ends there, or the cache does.
  if (count > 0 && static_cast<size_t>(count) < size && platform::Seek(fd, 0, SEEK_END) == count) {
    CountHit(InlineKind::kNames);
    CountHit(InlineKind::kNoWait);
    return count;
  }
  whole_hits_ = 0;
  return kMiss;
}

int InlineIO::TakeOpened(const std::string& path, int flags) {
  if (!opened_ || flags != opened_flags_ || path != opened_path_) return -1;
  return opened_.Release();
}

int64_t InlineIO::ReadFile(const char* path, char* data, size_t size, StatRecord* status,
                           const char* root) {
  const int opened = OpenPath(path, platform::kNoWait, root);
  if (opened < 0) return kMiss;
  if (status == nullptr && whole_hits_ >= kTrusted) {
    const int64_t count = ReadBlind(opened, data, size < kBlindRead ? size : kBlindRead);
    if (count > 0) {
      platform::CloseFile(opened);
      return count;
    }
  }
  StatRecord record;
  if (status == nullptr) status = &record;
  OpenFile file;
  const int64_t fd = Describe(opened, path, 0, &file.inline_state, status, root);
  if (fd < 0) return kMiss;
  const int64_t length = status->size;
  file.fd = static_cast<int>(fd);
  int64_t result = kMiss;
  // In /proc and similar file systems, sizes are 0, and only a read tells.
  if (length > 0 && static_cast<uint64_t>(length) < size) {
    // One byte more than there is: a count of the length then tells that the end was reached.
    const int64_t count = Read(&file, data, static_cast<size_t>(length) + 1, 0, length);
    if (count == length) result = count;
  }
  if (result < 0 || file.inline_state.access != CacheAccess::kNoWait) {
    whole_hits_ = 0;
  } else if (whole_hits_ < kTrusted) {
    whole_hits_++;
  }
  Forget(&file.inline_state);
  platform::CloseFile(file.fd);
  return result;
}

}  // namespace uvfiles
