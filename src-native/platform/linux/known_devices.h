#pragma once

#include "platform/cached.h"

namespace uvfiles {
namespace platform {

// Call this when mounts have changed: device numbers may belong to other devices then.
void ForgetDevices();

// How a file on an overlay may be read: kNever if one of the overlay's directories is on a remote file system, kUnknown while
// the mounts are not known. With `may_wait`, unknown mounts are read first, unless they were read a moment ago.
CacheAccess AccessOfOverlay(int fd, bool may_wait);

}  // namespace platform
}  // namespace uvfiles
