// The shared libraries of the process, to find other copies of this one.
#pragma once

#include <string>
#include <vector>

namespace uvfiles {

// The files that the shared libraries were loaded from.
std::vector<std::string> LoadedLibraries();

}  // namespace uvfiles
