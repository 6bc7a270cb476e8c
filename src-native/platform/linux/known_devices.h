// What is known about file systems: by device, and by f_type of statfs(2), of which <linux/magic.h>
// lacks some.
#pragma once

#include <cstdint>

#include "platform/cached.h"

namespace uvfiles {
namespace platform {

constexpr uint32_t kExt = 0xEF53;  // ext2, ext3, ext4
constexpr uint32_t kXfs = 0x58465342;
constexpr uint32_t kBtrfs = 0x9123683E;
constexpr uint32_t kF2fs = 0xF2F52010;
constexpr uint32_t kTmpfs = 0x01021994;
constexpr uint32_t kRamfs = 0x858458f6;
constexpr uint32_t kOverlayfs = 0x794c7630;

// Call this when mounts have changed: device numbers may belong to other devices then.
void ForgetDevices();

// How a file on an overlay may be read: kNever if one of the overlay's directories is on a remote file system, kUnknown while
// the mounts are not known. With `may_wait`, unknown mounts are read first, unless they were read a moment ago.
CacheAccess AccessOfOverlay(int fd, bool may_wait);

}  // namespace platform
}  // namespace uvfiles
