// Names for files that are to take another's place.
#pragma once

#include <string>

namespace uvfiles {
namespace win32 {

// ".new.RANDOM.uvfiles" beside the path: the same volume, and known for what it is should the machine fail.
int NameBeside(const std::string& path, std::string* temp);

}  // namespace win32
}  // namespace uvfiles
