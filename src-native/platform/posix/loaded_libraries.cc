#include "platform/posix/loaded_libraries.h"

#include <dlfcn.h>

namespace uvfiles {

void CallOtherCopies(const char* name, void (*own)()) {
  std::vector<void (*)()> called = {own};
  for (const std::string& library : LoadedLibraries()) {
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    const auto function = reinterpret_cast<void (*)()>(::dlsym(handle, name));
    bool known = function == nullptr;
    for (const auto each : called) known = known || each == function;
    if (!known) {
      called.push_back(function);
      function();
    }
    ::dlclose(handle);
  }
}

}  // namespace uvfiles
