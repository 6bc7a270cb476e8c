// The C++ library, linked into the addon, would print the type of an uncaught exception in words and brings 100 kB for
// that. There are no exceptions here: this stands in for the demangler, for which the linker then has no need.
#include <cstddef>

extern "C" char* __cxa_demangle(const char*, char*, std::size_t*, int* status) {
  if (status != nullptr) *status = -2;  // not a name that it knows
  return nullptr;
}
