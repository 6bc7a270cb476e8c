#include "platform/directories.h"

#include <sys/stat.h>
#include <unistd.h>

#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr int64_t kDefaultMode = 0777;

// "new/." is made by making "new".
size_t LengthWithoutDots(const std::string& path) {
  size_t length = LengthWithoutSeparators(path);
  while (length > 1 && path[length - 1] == '.' && path[length - 2] == '/') {
    length -= 2;
    while (length > 1 && path[length - 1] == '/') --length;
  }
  return length == 0 ? 1 : length;
}

}  // namespace

size_t ParentLength(const std::string& path, size_t length) {
  while (length > 0 && path[length - 1] != '/') --length;
  while (length > 0 && path[length - 1] == '/') --length;
  return length;
}

size_t LengthWithoutSeparators(const std::string& path) {
  size_t length = path.size();
  while (length > 1 && path[length - 1] == '/') --length;
  return length;
}

bool Exists(const std::string& path) {
  struct stat found;
  return Retrying([&] { return ::stat(path.c_str(), &found); }) == 0;
}

bool IsDirectory(const std::string& path) {
  struct stat found;
  return Retrying([&] { return ::stat(path.c_str(), &found); }) == 0 && S_ISDIR(found.st_mode);
}

// Starts with the last directory, because usually only that one is missing.
bool MakeChain(const std::string& path, int64_t mode, bool exist_ok, const Task& task,
               TaskError* error) {
  const size_t whole = LengthWithoutDots(path);
  size_t length = whole;
  // Goes up until a directory can be made or exists.
  for (;;) {
    const bool is_last = length == whole;
    std::string current = path.substr(0, length);
    const int code = MakeDirectory(current, is_last ? mode : kDefaultMode);
    if (code == 0) break;
    if (code == -ENOENT && ParentLength(path, length) > 0) {
      length = ParentLength(path, length);
      continue;
    }
    // Another program may make the same directories. That is fine, except for the last one.
    if (code == -EEXIST && !is_last) break;
    if (is_last && exist_ok && IsDirectory(current)) return true;
    // Some file systems answer EROFS or EACCES instead of EEXIST.
    if (!is_last && IsDirectory(current)) break;
    *error = {code, "mkdir", is_last ? path : std::move(current), ""};
    return false;
  }
  // Goes down again and makes the missing directories.
  while (length < whole) {
    if (task.cancelled()) {
      *error = {-ECANCELED, "mkdir", path, ""};
      return false;
    }
    size_t next = length;
    while (next < whole && path[next] == '/') ++next;
    while (next < whole && path[next] != '/') ++next;
    const bool is_last = next == whole;
    std::string current = path.substr(0, next);
    const int code = MakeDirectory(current, is_last ? mode : kDefaultMode);
    const bool fine =
        code == 0 || (code == -EEXIST && (!is_last || exist_ok) && IsDirectory(current));
    if (!fine) {
      *error = {code, "mkdir", is_last ? path : std::move(current), ""};
      return false;
    }
    length = next;
  }
  return true;
}

int MakeDirectory(const std::string& path, int64_t mode) {
  return Retrying([&] { return ::mkdir(path.c_str(), static_cast<mode_t>(mode)); });
}

int RemoveEmptyDirectory(const std::string& path) {
  return Retrying([&] { return ::rmdir(path.c_str()); });
}

int Rename(const std::string& from, const std::string& to) {
  return Retrying([&] { return ::rename(from.c_str(), to.c_str()); });
}

}  // namespace platform
}  // namespace uvfiles
