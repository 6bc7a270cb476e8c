#include "platform/posix/loaded_libraries.h"

#include <mach-o/dyld.h>

namespace uvfiles {

std::vector<std::string> LoadedLibraries() {
  std::vector<std::string> found;
  // The program itself is the first.
  for (uint32_t i = 1; i < ::_dyld_image_count(); i++) {
    const char* const name = ::_dyld_get_image_name(i);
    if (name != nullptr) found.emplace_back(name);
  }
  return found;
}

}  // namespace uvfiles
