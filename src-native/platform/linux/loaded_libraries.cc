#include "platform/posix/loaded_libraries.h"

#include <link.h>

namespace uvfiles {

std::vector<std::string> LoadedLibraries() {
  std::vector<std::string> found;
  ::dl_iterate_phdr(
      [](struct dl_phdr_info* info, size_t, void* list) {
        if (info->dlpi_name != nullptr && info->dlpi_name[0] == '/')
          static_cast<std::vector<std::string>*>(list)->emplace_back(info->dlpi_name);
        return 0;
      },
      &found);
  return found;
}

}  // namespace uvfiles
