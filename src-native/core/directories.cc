#include "platform/directories.h"

#include <uv.h>

#include <vector>

#include "core/temp_name.h"
#include "platform/file_system.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr int64_t kDefaultMode = 0777;

// "new/." is made by making "new".
size_t LengthWithoutDots(const std::string& path) {
  size_t length = LengthWithoutSeparators(path);
  while (length > 1 && path[length - 1] == '.' && IsSeparator(path[length - 2])) {
    length -= 2;
    while (length > 1 && IsSeparator(path[length - 1])) --length;
  }
  return length == 0 ? 1 : length;
}

// 0 if the path leads to a directory, or why not: UV_ENOTDIR, or the code of stat.
int FindDirectory(const std::string& path) {
  StatRecord record;
  const int code = Stat(path.c_str(), &record);
  return code == 0 && (record.mode & kTypeMask) != kTypeDirectory ? UV_ENOTDIR : code;
}

}  // namespace

size_t LengthWithoutSeparators(const std::string& path) {
  const size_t root = RootLength(path);
  size_t length = path.size();
  while (length > root && IsSeparator(path[length - 1])) --length;
  return length;
}

size_t LastNameIn(const std::string& path, size_t length) {
  const size_t root = RootLength(path);
  while (length > root && !IsSeparator(path[length - 1])) --length;
  return length;
}

size_t ParentLength(const std::string& path, size_t length) {
  const size_t root = RootLength(path);
  length = LastNameIn(path, length);
  while (length > root && IsSeparator(path[length - 1])) --length;
  return length > root ? length : 0;
}

bool Exists(const std::string& path) {
  StatRecord record;
  return Stat(path.c_str(), &record) == 0;
}

bool IsDirectory(const std::string& path) { return FindDirectory(path) == 0; }

std::string TargetInto(const std::string& src, const std::string& dst) {
  if (!IsDirectory(dst)) return dst;
  const size_t end = LengthWithoutSeparators(src);
  const size_t begin = LastNameIn(src, end);
  return Join(dst, src.substr(begin, end - begin));
}

int NameBeside(const std::string& path, std::string* temp) {
  *temp = path.substr(0, LastNameIn(path, LengthWithoutSeparators(path)));
  return AppendPassingName(".new.", temp);
}

// Starts with the last directory, because usually only that one is missing.
bool MakeChain(const std::string& path, int64_t mode, bool exist_ok, const Task& task,
               TaskError* error) {
  std::vector<size_t> lengths = {LengthWithoutDots(path)};  // still to be made, the next one last
  bool goes_down = false;
  while (!lengths.empty()) {
    const bool is_last = lengths.size() == 1;
    const std::string current = path.substr(0, lengths.back());
    const size_t above = ParentLength(path, lengths.back());
    const bool ends = goes_down && task.cancelled();
    int code = ends ? UV_ECANCELED : MakeDirectory(current, is_last ? mode : kDefaultMode);
    // Goes up until a directory can be made or exists, and down again.
    if (code == UV_ENOENT && !goes_down && above > 0) {
      lengths.push_back(above);
      continue;
    }
    goes_down = true;
    // Another program may make the same directories. That is fine, except for the last one. Some file systems answer EROFS
    // or EACCES instead of EEXIST.
    bool fine = code == 0 || (code == UV_EEXIST && !is_last);
    if (!fine && !ends && (!is_last || exist_ok)) {
      const int found = FindDirectory(current);
      fine = found == 0;
      // What is there cannot be looked at, as on a failing disk.
      if (code == UV_EEXIST && found != UV_ENOTDIR && found != UV_ENOENT && found != UV_ELOOP)
        code = found;
    }
    if (!fine) {
      // Windows says that a directory is missing where a file is in its place.
      const std::string parent = path.substr(0, above);
      const bool is_below_file = code == UV_ENOENT && Exists(parent) && !IsDirectory(parent);
      *error = {is_below_file ? UV_ENOTDIR : code, "mkdir",
                is_last || ends || is_below_file ? path : current, ""};
      return false;
    }
    lengths.pop_back();
  }
  return true;
}

}  // namespace platform
}  // namespace uvfiles
