// Replaces the demangler of the C++ library that is linked into the addon. The library uses its own, of 100 kB, only to
// print the type of an uncaught exception, and the addon has no exceptions.
#include <cstddef>

extern "C" char* __cxa_demangle(const char*, char*, std::size_t*, int* status) {
  if (status != nullptr) *status = -2;  // not a name that it knows
  return nullptr;
}
