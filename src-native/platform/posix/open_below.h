// Opens what lies below a directory by a path of any length: longer ones than PATH_MAX go a stretch at a time.
#pragma once

#include <string>

namespace uvfiles {

// `relative` has single slashes between its names and none at its ends; "" is the directory itself. `flags` are those
// of the last component; O_CLOEXEC is added. A descriptor or -errno.
int OpenBelow(int base, const std::string& relative, int flags);

}  // namespace uvfiles
