// The only place that builds temporary names: 80 random bits between prefix and suffix.
#pragma once

#include <string>

namespace uvfiles {

// Appends 16 characters of [a-z2-7], which are also distinct on file systems that ignore case. 0 or a negative code.
int AppendRandomName(std::string* path);

// Appends `prefix`, a random name and ".uvfiles": for files that will soon be renamed. A crash of the system may leave them.
int AppendPassingName(const char* prefix, std::string* path);

// How many names are tried after EEXIST. With 80 random bits, even one collision is improbable.
constexpr int kMaxNames = 100;

// dir + separator + prefix + name + suffix. `source` stands in for AppendRandomName in tests.
using NameSource = int (*)(std::string* path);
struct TempNameParts {
  std::string dir;
  std::string prefix;
  std::string suffix;
};
int BuildTempPath(const TempNameParts& parts, NameSource source, std::string* path);

}  // namespace uvfiles
