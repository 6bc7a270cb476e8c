#include "platform/posix/tasks/directories.h"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

constexpr mode_t kDefaultMode = 0777;

// The length of `path` (which ends in no slash) without its last name and the slashes before that; 0 where nothing, or
// only the root, is above.
size_t ParentLength(const std::string& path, size_t length) {
  while (length > 0 && path[length - 1] != '/') --length;
  while (length > 0 && path[length - 1] == '/') --length;
  return length;
}

size_t LengthWithoutSlashes(const std::string& path) {
  size_t length = path.size();
  while (length > 1 && path[length - 1] == '/') --length;
  return length;
}

bool IsDirectory(const std::string& path) {
  struct stat found;
  return Retrying([&] { return ::stat(path.c_str(), &found); }) == 0 && S_ISDIR(found.st_mode);
}

int Mkdir(const std::string& path, mode_t mode) {
  return Retrying([&] { return ::mkdir(path.c_str(), mode); });
}

void Fail(TaskError* error, int code, const char* syscall, std::string path) {
  error->code = code;
  error->syscall = syscall;
  error->path = std::move(path);
}

// Makes `path` and what is missing above it: downwards from the lowest that exists, so that the usual case is one call.
bool MakeChain(const std::string& path, mode_t mode, bool exist_ok, const Task& task, TaskError* error) {
  const size_t whole = LengthWithoutSlashes(path);
  size_t length = whole;
  // Up, until one can be made or is there.
  for (;;) {
    const bool is_last = length == whole;
    std::string current = path.substr(0, length);
    const int code = Mkdir(current, is_last ? mode : kDefaultMode);
    if (code == 0) break;
    if (code == -ENOENT && ParentLength(path, length) > 0) {
      length = ParentLength(path, length);
      continue;
    }
    // Somebody else may make the same directories: theirs are as good, but for the last, which the caller asked for.
    if (code == -EEXIST && !is_last) break;
    if (is_last && exist_ok && IsDirectory(current)) return true;
    // A file system may say EROFS or EACCES before it says EEXIST.
    if (!is_last && IsDirectory(current)) break;
    Fail(error, code, "mkdir", is_last ? path : std::move(current));
    return false;
  }
  // Down again.
  while (length < whole) {
    if (task.cancelled()) {
      Fail(error, -ECANCELED, "mkdir", path);
      return false;
    }
    size_t next = length;
    while (next < whole && path[next] == '/') ++next;
    while (next < whole && path[next] != '/') ++next;
    const bool is_last = next == whole;
    std::string current = path.substr(0, next);
    const int code = Mkdir(current, is_last ? mode : kDefaultMode);
    const bool fine = code == 0 || (code == -EEXIST && (!is_last || exist_ok) && IsDirectory(current));
    if (!fine) {
      Fail(error, code, "mkdir", is_last ? path : std::move(current));
      return false;
    }
    length = next;
  }
  return true;
}

// Removes the directories above the first `length` bytes of `path` while they are empty.
void PruneAbove(const std::string& path, size_t length) {
  while ((length = ParentLength(path, length)) > 0) {
    const std::string above = path.substr(0, length);
    if (Retrying([&] { return ::rmdir(above.c_str()); }) < 0) return;
  }
}

}  // namespace

Step MakeDirectories::run(const Slice&) {
  const mode_t mode = static_cast<mode_t>(arguments_.numbers[0]);
  MakeChain(arguments_.bytes[0], mode, arguments_.numbers[1] != 0, *this, &error);
  return Step::kDone;
}

Step RemoveDirectories::run(const Slice&) {
  const std::string& path = arguments_.bytes[0];
  const int code = Retrying([&] { return ::rmdir(path.c_str()); });
  if (code < 0) {
    Fail(&error, code, "rmdir", path);
  } else {
    PruneAbove(path, LengthWithoutSlashes(path));
  }
  return Step::kDone;
}

Step RenameDirectories::run(const Slice&) {
  const std::string& from = arguments_.bytes[0];
  const std::string& to = arguments_.bytes[1];
  const size_t above = ParentLength(to, LengthWithoutSlashes(to));
  const std::string parent = to.substr(0, above);
  if (above > 0 && !IsDirectory(parent) && !MakeChain(parent, kDefaultMode, true, *this, &error)) {
    error.dest = to;
    return Step::kDone;
  }
  const int code = Retrying([&] { return ::rename(from.c_str(), to.c_str()); });
  if (code < 0) {
    Fail(&error, code, "rename", from);
    error.dest = to;
    return Step::kDone;
  }
  PruneAbove(from, LengthWithoutSlashes(from));
  return Step::kDone;
}

}  // namespace uvfiles
