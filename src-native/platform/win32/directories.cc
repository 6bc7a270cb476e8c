#include "platform/directories.h"

#include <uv.h>

#include <vector>

#include "platform/win32/change.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {
namespace platform {

using win32::IsSeparator;
using win32::RootLength;

size_t LengthWithoutSeparators(const std::string& path) {
  const size_t root = RootLength(path);
  size_t length = path.size();
  while (length > root && IsSeparator(path[length - 1])) --length;
  return length;
}

size_t ParentLength(const std::string& path, size_t length) {
  const size_t root = RootLength(path);
  while (length > root && !IsSeparator(path[length - 1])) --length;
  while (length > root && IsSeparator(path[length - 1])) --length;
  return length > root ? length : 0;
}

bool Exists(const std::string& path) {
  StatRecord record;
  return win32::StatPath(path, true, &record) == 0;
}

bool IsDirectory(const std::string& path) {
  StatRecord record;
  return win32::StatPath(path, true, &record) == 0 && (record.mode & kTypeMask) == kTypeDirectory;
}

bool MakeChain(const std::string& path, int64_t /*mode*/, bool exist_ok, const Task& task,
               TaskError* error) {
  const auto fail = [&](int code, const std::string& at) {
    *error = {code, "mkdir", at, ""};
    return false;
  };
  std::vector<size_t> lengths = {
      LengthWithoutSeparators(path)};  // still to be made, the next one last
  while (!lengths.empty()) {
    if (task.cancelled()) return fail(UV_ECANCELED, path);
    const std::string at = path.substr(0, lengths.back());
    const int code = win32::MakeDirectoryAt(at);
    const size_t above = ParentLength(path, lengths.back());
    if (code == UV_ENOENT && above > 0 && above < lengths.back()) {
      lengths.push_back(above);
      continue;
    }
    // Somebody else may have made it meanwhile, which is fine for all but the last. The root of a drive, which exists, fails
    // with another code than UV_EEXIST.
    if (code != 0) {
      const bool there = IsDirectory(at);
      if (!there || (!exist_ok && lengths.size() == 1)) return fail(there ? UV_EEXIST : code, at);
    }
    lengths.pop_back();
  }
  return true;
}

int MakeDirectory(const std::string& path, int64_t /*mode*/) {
  return win32::MakeDirectoryAt(path);
}

int RemoveEmptyDirectory(const std::string& path) { return win32::RemoveDirectoryAt(path); }

int Rename(const std::string& from, const std::string& to) { return win32::Rename(from, to); }

}  // namespace platform
}  // namespace uvfiles
