#pragma once

#include <sys/utsname.h>

#include <cstdio>

namespace uvfiles {
namespace platform {

inline bool KernelAtLeast(int major, int minor) {
  struct Version {
    int major = 0;
    int minor = 0;
  };
  static const Version version = [] {
    Version found;
    struct utsname name;
    if (::uname(&name) == 0) std::sscanf(name.release, "%d.%d", &found.major, &found.minor);
    return found;
  }();
  return version.major > major || (version.major == major && version.minor >= minor);
}

}  // namespace platform
}  // namespace uvfiles
