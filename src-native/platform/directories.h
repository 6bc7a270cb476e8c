// Directories above a path: how long their names are, whether they are there, and how they are made and removed.
// Codes are 0 or negative, in libuv's numbering.
#pragma once

#include <string>
#include <string_view>

#include "core/task.h"

namespace uvfiles {
namespace platform {

#ifdef _WIN32
constexpr char kSeparator = '\\';
inline bool IsSeparator(char c) { return c == '/' || c == '\\'; }
#else
constexpr char kSeparator = '/';
inline bool IsSeparator(char c) { return c == '/'; }
#endif

// The length of `path`'s first `length` bytes without their last name and the separators before it; 0 where nothing, or
// only the root, is above.
size_t ParentLength(const std::string& path, size_t length);
size_t LengthWithoutSeparators(const std::string& path);

// With one separator in between. Where one of them is empty, the other one.
inline void AppendJoined(std::string_view directory, std::string_view name, std::string* to) {
  *to += directory;
  const bool both = !directory.empty() && !name.empty();
  if (both && !IsSeparator(directory.back())) to->push_back(kSeparator);
  *to += name;
}
inline std::string Join(std::string_view directory, std::string_view name) {
  std::string joined;
  joined.reserve(directory.size() + 1 + name.size());
  AppendJoined(directory, name, &joined);
  return joined;
}

bool IsDirectory(const std::string& path);

// Makes `path` with `mode` (less the umask) and what is missing above it with 0777. False with `error` of the component
// that failed. Windows has no modes.
bool MakeChain(const std::string& path, int64_t mode, bool exist_ok, const Task& task,
               TaskError* error);

// Only this one, with `mode` less the umask.
int MakeDirectory(const std::string& path, int64_t mode);
// Not a link to one. What is not empty stays.
int RemoveEmptyDirectory(const std::string& path);
// Replaces what is there, but no directory that is not empty.
int Rename(const std::string& from, const std::string& to);

}  // namespace platform
}  // namespace uvfiles
