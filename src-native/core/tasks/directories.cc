#include "core/tasks/directories.h"

#include "platform/directories.h"

namespace uvfiles {

namespace {

constexpr int64_t kDefaultMode = 0777;

// Removes the directories above `path` while they are empty.
void PruneAbove(const std::string& path) {
  size_t length = platform::LengthWithoutSeparators(path);
  while ((length = platform::ParentLength(path, length)) > 0) {
    if (platform::RemoveEmptyDirectory(path.substr(0, length)) < 0) return;
  }
}

}  // namespace

void MakeDirectories(const TaskArguments& arguments, Task* task) {
  platform::MakeChain(arguments.bytes[0], arguments.numbers[0], arguments.numbers[1] != 0, *task,
                      &task->error);
}

void RemoveDirectories(const TaskArguments& arguments, Task* task) {
  const std::string& path = arguments.bytes[0];
  const int code = platform::RemoveEmptyDirectory(path);
  if (code < 0) {
    task->error = {code, "rmdir", path, ""};
  } else {
    PruneAbove(path);
  }
}

void RenameDirectories(const TaskArguments& arguments, Task* task) {
  const std::string& from = arguments.bytes[0];
  const std::string& to = arguments.bytes[1];
  const std::string parent =
      to.substr(0, platform::ParentLength(to, platform::LengthWithoutSeparators(to)));
  // As in Python, a file in the place of the parent is the rename's to report.
  if (!parent.empty() && !platform::Exists(parent) &&
      !platform::MakeChain(parent, kDefaultMode, true, *task, &task->error)) {
    return;
  }
  const int code = platform::Rename(from, to);
  if (code < 0) {
    task->error = {code, "rename", from, to};
  } else {
    PruneAbove(from);
  }
}

}  // namespace uvfiles
