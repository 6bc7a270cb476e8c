// The shared libraries of the process, to find other copies of this one.
#pragma once

#include <string>
#include <vector>

namespace uvfiles {

// The files that the shared libraries were loaded from.
std::vector<std::string> LoadedLibraries();

// Calls the function that other copies of this library export as `name`. `own` is this copy's function, which is not called.
// Not for signal handlers.
void CallOtherCopies(const char* name, void (*own)());

}  // namespace uvfiles
