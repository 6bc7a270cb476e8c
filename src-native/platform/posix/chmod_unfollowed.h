// Changing the mode of a directory that may not be opened for reading, without a moment in which a link put in its
// place would be followed (CVE-2023-6597). Linux goes by an O_PATH descriptor; others have an fchmodat that obeys
// AT_SYMLINK_NOFOLLOW.
#pragma once

#include <sys/types.h>

namespace uvfiles {

// Sets the permission bits of directory `name` of `parent` to `mode`. 0 or -errno; -ENOTDIR when it is no directory.
int ChmodUnfollowed(int parent, const char* name, mode_t mode);

// The same for what is no directory; -ELOOP for a link.
int ChmodEntryUnfollowed(int parent, const char* name, mode_t mode);

// Adds `bits` to its mode and opens that same directory for listing. A descriptor or -errno.
int OpenUnlocking(int parent, const char* name, mode_t bits);

}  // namespace uvfiles
