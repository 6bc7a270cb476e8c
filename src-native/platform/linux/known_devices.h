#pragma once

#include "platform/cached.h"

namespace uvfiles {
namespace platform {

// Mounts have changed: the numbers of devices may belong to others now.
void ForgetDevices();

// How a file on an overlay may be read: kNever where a directory that the overlay is made of is on a remote file system,
// kUnknown while the mounts are not known. With `may_wait` they are learnt then, unless that was done a moment ago.
CacheAccess AccessOfOverlay(int fd, bool may_wait);

}  // namespace platform
}  // namespace uvfiles
