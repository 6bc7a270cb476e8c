// The calls of the inline path, which the kernel answers without waiting for a disk. On other systems than Linux, every
// function returns kUnsupported or the like, and the pool does everything.
#pragma once

#ifdef __linux__
#include <fcntl.h>
#endif

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/stat_record.h"

namespace uvfiles {
namespace platform {

constexpr int kUnsupported = -0x7fff;

// How a file's data may be read without waiting.
enum class CacheAccess : uint8_t {
  kUnknown,  // not looked at yet
  kNever,    // network, FUSE, pseudo files, or a kernel too old
  kNoWait,   // preadv2(RWF_NOWAIT): ext4, XFS, btrfs, F2FS
  kMemory,   // the data is memory anyway: tmpfs, ramfs
  kMincore   // overlayfs: mincore on a mapping of the file tells what is cached
};

// Which of these applies to the open file. With `may_wait` (pool threads only), it may wait for a dead mount, or for /proc.
// Without it, kUnknown if that would be needed.
CacheAccess Classify(int fd, uint64_t device, bool may_wait);
// The same, without waiting, from what is already known. kUnknown if the device has not been classified.
CacheAccess KnownAccess(uint64_t device);
// Call this when the device turns out not to support its kind of access. It is kNever from then on.
void ForgetAccess(uint64_t device);
// Whether tmpfs pages may be on a swap device.
bool HasSwap();

// As pread (position >= 0) or read (position < 0), but reads only cached data. -EAGAIN: not cached.
int64_t ReadCached(int fd, char* data, size_t size, int64_t position);

// Starts reading the range into the page cache. May wait for room in the disk's queue: pool threads only.
void WillNeed(int fd, int64_t position, size_t size);

enum class Residency : uint8_t { kYes, kNo, kUntold };
// Whether the range is in the page cache: cachestat(2), Linux 6.5. Does not start to read it.
Residency ResidencyOf(int fd, int64_t position, size_t size);
// The same with mincore on a shared mapping of the file, which the caller keeps.
Residency MappedResidency(const char* mapping, size_t mapped, int64_t position, size_t size);
char* MapFile(int fd, size_t size);
void UnmapFile(char* mapping, size_t size);
// mincore tells the truth only to processes that own the file or may write to it.
bool MayAskMincore(int fd);

// Flags of `OpenCached`. A descriptor of kLookUp gives access to the status, not to the content. Without kNoWait, opening a
// FIFO waits.
#ifdef __linux__
constexpr int kLookUp = O_PATH;
constexpr int kLookUpLink = O_PATH | O_NOFOLLOW;
constexpr int kNoWait = O_NONBLOCK;
#else
constexpr int kLookUp = 0;
constexpr int kLookUpLink = 0;
constexpr int kNoWait = 0;
#endif

// Looks up paths on mounts that are known to be local, with cached names only. A result is final. A negative code may not be:
// the pool then tries again.

// The mounts, and which of them are local (platform/linux/mount_table.h).
class MountTable;

// Requests that the mounts be read soon, on a thread that `LearnMountsIfWanted` starts.
void WantMounts();
// For pool threads, before they look up a path. Does not wait.
void LearnMountsIfWanted();
// The mounts, if they have been learnt and have not changed since; else null. Costs two system calls that never wait.
std::shared_ptr<const MountTable> KnownMounts();
// Whether mounts have ever been read. A hint, for any thread, without a system call.
bool KnowsMounts();
// Opens a file on a local mount before its turn, and starts reading its first bytes. Waits for the disk: pool threads only.
// Returns a descriptor with O_NONBLOCK, or a negative number if the file has to be opened at its turn.
// `cold`: its bytes are known not to be in the page cache.
int OpenAhead(const MountTable& mounts, const char* path, int flags, bool* cold);
// A descriptor, or negative. `flags` as for open.
int OpenCached(const MountTable& mounts, const char* path, int flags);
// The same beneath `root`. For a path or a link that leads out of it, the code is not final.
int OpenCachedBeneath(const MountTable& mounts, const char* root, const char* path, int flags);
// As access(2), with the real ids, for a descriptor that OpenCached has opened with O_PATH. 0, a negative code, or
// kUnsupported.
int AccessOpen(int fd, int mode);
// Whether the file system of a symbolic link, opened with O_PATH, keeps short links in inodes rather than in pages.
bool KeepsLinksInInodes(int fd);
// The bytes of the link, or a negative code.
int64_t ReadlinkOpen(int fd, char* data, size_t size);

}  // namespace platform
}  // namespace uvfiles
