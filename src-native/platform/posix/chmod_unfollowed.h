// Changes the mode of entries that may not be opened for reading. If another program replaces the entry with a link
// meanwhile, the link is never followed (CVE-2023-6597). Linux uses an O_PATH descriptor. Other systems have an fchmodat
// that obeys AT_SYMLINK_NOFOLLOW.
#pragma once

#include <sys/types.h>

namespace uvfiles {

// Sets the permission bits of directory `name` of `parent` to `mode`. 0 or -errno; -ENOTDIR if it is not a directory.
int ChmodUnfollowed(int parent, const char* name, mode_t mode);

// The same for other entries; -ELOOP for a link.
int ChmodEntryUnfollowed(int parent, const char* name, mode_t mode);

// Adds `bits` to the directory's mode and opens that same directory for listing. A descriptor or -errno.
int OpenUnlocking(int parent, const char* name, mode_t bits);

}  // namespace uvfiles
