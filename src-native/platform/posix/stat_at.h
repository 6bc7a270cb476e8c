// stat relative to a directory descriptor, with birth times where the system keeps them.
#pragma once

#include "core/stat_record.h"

namespace uvfiles {
namespace platform {

// `flags` as fstatat takes them (AT_SYMLINK_NOFOLLOW). 0 or a negative code.
int StatAt(int directory, const char* path, int flags, StatRecord* record);
int StatFd(int fd, StatRecord* record);

}  // namespace platform
}  // namespace uvfiles
