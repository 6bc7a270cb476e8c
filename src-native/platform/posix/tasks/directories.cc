#include "core/tasks/directories.h"

#include <unistd.h>

#include <cstdio>

#include "platform/posix/directory_chain.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

constexpr mode_t kDefaultMode = 0777;

void Fail(TaskError* error, int code, const char* syscall, std::string path) {
  error->code = code;
  error->syscall = syscall;
  error->path = std::move(path);
}

// Removes the directories above the first `length` bytes of `path` while they are empty.
void PruneAbove(const std::string& path, size_t length) {
  while ((length = ParentLength(path, length)) > 0) {
    const std::string above = path.substr(0, length);
    if (Retrying([&] { return ::rmdir(above.c_str()); }) < 0) return;
  }
}

}  // namespace

Step MakeDirectories::Run(const Slice&) {
  const mode_t mode = static_cast<mode_t>(arguments_.numbers[0]);
  MakeChain(arguments_.bytes[0], mode, arguments_.numbers[1] != 0, *this, &error);
  return Step::kDone;
}

Step RemoveDirectories::Run(const Slice&) {
  const std::string& path = arguments_.bytes[0];
  const int code = Retrying([&] { return ::rmdir(path.c_str()); });
  if (code < 0) {
    Fail(&error, code, "rmdir", path);
  } else {
    PruneAbove(path, LengthWithoutSlashes(path));
  }
  return Step::kDone;
}

Step RenameDirectories::Run(const Slice&) {
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
