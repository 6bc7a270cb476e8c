// Directories of a path: the lengths of their names, whether they exist, and how to make and remove them.
// Codes are 0 or negative, in libuv's numbering. core/directories.cc has what does not depend on the platform.
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

// The length of a path's root: `/`; on Windows `C:\`, `\\server\share\`, `\`; 0 if it has none.
size_t RootLength(const std::string& path);

// The length of the parent of `path`'s first `length` bytes, without the separators at its end; 0 if there is no parent, or
// the parent is the root.
size_t ParentLength(const std::string& path, size_t length);
size_t LengthWithoutSeparators(const std::string& path);
// Where the last name of `path`'s first `length` bytes begins.
size_t LastNameIn(const std::string& path, size_t length);

// Puts one separator between the two. If one is empty, the result is the other one.
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

// Whether `path` leads to a file or a directory. False for a dangling link, and where nothing can be seen.
bool Exists(const std::string& path);
bool IsDirectory(const std::string& path);

// `dst`, or the name of `src` below `dst` if that is a directory.
std::string TargetInto(const std::string& src, const std::string& dst);

// A temporary name in the directory of `path`, and so on the same volume.
int NameBeside(const std::string& path, std::string* temp);

// Makes `path` with `mode` (less the umask), and missing directories above it with 0777. False with the `error` of the
// component that failed. Windows has no modes.
bool MakeChain(const std::string& path, int64_t mode, bool exist_ok, const Task& task,
               TaskError* error);

// Makes only this directory, with `mode` less the umask.
int MakeDirectory(const std::string& path, int64_t mode);
// Removes an empty directory, but not a link to one.
int RemoveEmptyDirectory(const std::string& path);
// Replaces the target if it exists, unless it is a directory that is not empty.
int Rename(const std::string& from, const std::string& to);

}  // namespace platform
}  // namespace uvfiles
