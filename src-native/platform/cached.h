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
  kMincore   // overlayfs: mincore on a mapping of the file tells what is resident
};

// Which of these holds for the open file. With `may_wait` (pool threads only) it may wait for a dead mount, or for /proc.
// kUnknown where that would be needed to tell.
CacheAccess Classify(int fd, uint64_t device, bool may_wait);
// The same from what is known already, without waiting. kUnknown if the device has not been classified.
CacheAccess KnownAccess(uint64_t device);
// The device turned out not to support it.
void ForgetAccess(uint64_t device);
// Whether tmpfs pages may be on a swap device.
bool HasSwap();

// As pread (position >= 0) or read (position < 0), with what is cached. -EAGAIN: not cached.
int64_t ReadCached(int fd, char* data, size_t size, int64_t position);

// Starts reading the range into the page cache. May wait for a place in the disk's queue: pool threads only.
void WillNeed(int fd, int64_t position, size_t size);

enum class Residency : uint8_t { kYes, kNo, kUntold };
// Whether the range is in the page cache: cachestat(2), Linux 6.5. Starts no reading.
Residency ResidencyOf(int fd, int64_t position, size_t size);
// The same by mincore on a shared mapping of the file, which the caller keeps.
Residency MappedResidency(const char* mapping, size_t mapped, int64_t position, size_t size);
char* MapFile(int fd, size_t size);
void UnmapFile(char* mapping, size_t size);
// mincore tells the truth only to processes that own the file or may write it.
bool MayAskMincore(int fd);

// Flags of `OpenCached`. What kLookUp opens has no content, only a status. Without kNoWait, to open a FIFO waits.
#ifdef __linux__
constexpr int kLookUp = O_PATH;
constexpr int kLookUpLink = O_PATH | O_NOFOLLOW;
constexpr int kNoWait = O_NONBLOCK;
#else
constexpr int kLookUp = 0;
constexpr int kLookUpLink = 0;
constexpr int kNoWait = 0;
#endif

// Paths within mounts known to be local, from cached names only. Every function answers a negative code that is not
// final (the pool asks again) or a result that is.

// Which mounts there are and which of them are local (platform/linux/mount_table.h).
class MountTable;

// Asks for the mounts to be read soon, by a thread that `LearnMountsIfWanted` starts.
void WantMounts();
// For pool threads, before they look up a path. Does not wait.
void LearnMountsIfWanted();
// The mounts, if they have been learnt and have not changed since; else null. Costs two system calls that never wait.
std::shared_ptr<const MountTable> KnownMounts();
// Whether mounts have ever been learnt: a hint, for any thread, without a system call.
bool KnowsMounts();
// Opens a file on a local mount before its turn, and starts reading its first bytes. Waits for the disk, so for pool
// threads only. Returns a descriptor that is O_NONBLOCK, or a negative number if the file is to be opened at its turn.
// `cold`: its bytes are known not to be in the page cache.
int OpenAhead(const MountTable& mounts, const char* path, int flags, bool* cold);
// A descriptor, or negative. `flags` as for open.
int OpenCached(const MountTable& mounts, const char* path, int flags);
// The same beneath `root`: a path or a link that leads out of it is one of the codes that are no answer.
int OpenCachedBeneath(const MountTable& mounts, const char* root, const char* path, int flags);
// What OpenCached has opened with O_PATH: 0, a negative code, or kUnsupported; by real ids, as access(2).
int AccessOpen(int fd, int mode);
// Whether a short symbolic link, opened with O_PATH, is read from its inode rather than from a page.
bool KeepsLinksInInodes(int fd);
// The bytes of the link, or a negative code.
int64_t ReadlinkOpen(int fd, char* data, size_t size);

}  // namespace platform
}  // namespace uvfiles
