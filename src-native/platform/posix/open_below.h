// Opens a file below a directory by a path of any length. Paths longer than PATH_MAX are opened in several parts.
#pragma once

#include <string>

namespace uvfiles {

// `relative` has single slashes between its names and none at its ends; "" is the directory itself. `flags` are those
// of the last component; O_CLOEXEC is added. A descriptor or -errno.
int OpenBelow(int base, const std::string& relative, int flags);

}  // namespace uvfiles
