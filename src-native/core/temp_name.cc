#include "core/temp_name.h"

#include <cstdint>

#include "core/temp_calls.h"
#include "platform/directories.h"

namespace uvfiles {

namespace {

constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
constexpr int kNameLength = 16;  // of 5 bits each

}  // namespace

int AppendRandomName(std::string* path) {
  uint8_t bytes[kNameLength];
  const int failure = RandomBytes(bytes, sizeof bytes);
  if (failure != 0) return failure;
  for (const uint8_t byte : bytes) path->push_back(kAlphabet[byte & 31]);
  return 0;
}

int AppendPassingName(const char* prefix, std::string* path) {
  *path += prefix;
  const int failure = AppendRandomName(path);
  *path += ".uvfiles";
  return failure;
}

int BuildTempPath(const TempNameParts& parts, NameSource source, std::string* path) {
  *path = parts.dir;
  if (path->empty()) *path = ".";
  if (!platform::IsSeparator(path->back())) path->push_back(platform::kSeparator);
  *path += parts.prefix;
  const int failure = source(path);
  *path += parts.suffix;
  return failure;
}

}  // namespace uvfiles
