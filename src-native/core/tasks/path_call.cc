#include "core/tasks/path_call.h"

#include <uv.h>

#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/path_calls.h"

namespace uvfiles {

namespace {

using Name = PathCallName;

bool HasDest(Name call) {
  return call == Name::kRename || call == Name::kLink || call == Name::kSymlink;
}

// Whether `stat(i, record)` finds the same file for 0 and 1: 1, 0, or the code of the one that failed, which is `failed`.
template <typename Stat>
int IsSame(Stat stat, int* failed) {
  StatRecord found[2];
  for (*failed = 0; *failed < 2; ++*failed) {
    const int code = stat(*failed, &found[*failed]);
    if (code < 0) return code;
  }
  return found[0].dev == found[1].dev && found[0].ino == found[1].ino;
}

// Negative: the code of the system call `syscall`, which failed on path number `failed`. For calls that answer yes or no: 1
// or 0.
int Perform(Name call, const TaskArguments& arguments, std::string* output, const char*& syscall,
            int* failed) {
  const std::vector<std::string>& bytes = arguments.bytes;
  const std::string none;
  const std::string& path = bytes.empty() ? none : bytes[0];
  const std::string& dest = bytes.size() < 2 ? none : bytes[1];
  const int64_t* const numbers = arguments.numbers.data() + 1;
  const bool follow = arguments.numbers.back() == 0;  // for calls of which that is the last number
  switch (call) {
    case Name::kAccess:
      return platform::MayAccess(path, static_cast<int>(numbers[0]));
    case Name::kIsMount:
      return platform::IsMount(path);
    case Name::kSameFile: {
      syscall = "stat";
      const auto stat = [&](int i, StatRecord* record) {
        return platform::Stat(bytes[static_cast<size_t>(i)].c_str(), record);
      };
      return IsSame(stat, failed);
    }
    case Name::kSameOpenFile: {
      syscall = "fstat";
      const auto stat = [&](int i, StatRecord* record) {
        return platform::Fstat(static_cast<int>(numbers[i]), record);
      };
      return IsSame(stat, failed);
    }
    case Name::kChmod:
      syscall = "chmod";
      return platform::ChangeMode(path, numbers[0]);
    case Name::kChown:
      syscall = follow ? "chown" : "lchown";
      return platform::ChangeOwner(path, numbers[0], numbers[1], follow);
    case Name::kUtimes:
      syscall = follow ? "utime" : "lutime";
      return platform::ChangeTimes(path, numbers, follow);
    case Name::kRealpath:
      syscall = "realpath";
      return platform::RealPath(path, output);
    case Name::kRename:
      syscall = "rename";
      return platform::Rename(path, dest);
    case Name::kUnlink:
      syscall = "unlink";
      return platform::Unlink(path);
    case Name::kRmdir:
      syscall = "rmdir";
      return platform::RemoveEmptyDirectory(path);
    case Name::kMkdir:
      syscall = "mkdir";
      return platform::MakeDirectory(path, numbers[0]);
    case Name::kLink:
      syscall = "link";
      return platform::Link(path, dest);
    case Name::kSymlink:
      syscall = "symlink";
      return platform::Symlink(path, dest);
    case Name::kReadlink:
      syscall = "readlink";
      return platform::ReadLink(path, output);
    case Name::kStatvfs:
      syscall = "statvfs";
      return platform::StatFileSystem(path, output);
    case Name::kTruncate:
      syscall = "truncate";
      return platform::TruncatePath(path, numbers[0]);
    case Name::kSyncDirectory:
      syscall = "fsync";
      return platform::SyncNames(path);
    case Name::kGetAttribute:
      syscall = "getxattr";
      return platform::GetAttribute(path.c_str(), bytes[1].c_str(), follow, output);
    case Name::kSetAttribute:
      syscall = "setxattr";
      return platform::SetAttribute(path.c_str(), bytes[1].c_str(), follow, bytes[2],
                                    static_cast<AttributeMode>(numbers[0]));
    case Name::kListAttributes:
      syscall = "listxattr";
      return platform::ListAttributes(path.c_str(), follow, output);
    case Name::kRemoveAttribute:
      syscall = "removexattr";
      return platform::RemoveAttribute(path.c_str(), bytes[1].c_str(), follow);
  }
  syscall = "path";
  return UV_EINVAL;
}

}  // namespace

void CallPath(const TaskArguments& arguments, Task* task) {
  const auto call = static_cast<Name>(arguments.numbers[0]);
  const std::vector<std::string>& bytes = arguments.bytes;
  const char* syscall = "";
  int failed = 0;
  const int code = Perform(call, arguments, &task->output, syscall, &failed);
  if (code < 0) {
    const auto number = static_cast<size_t>(failed);
    task->output.clear();
    task->error = {code, syscall, number < bytes.size() ? bytes[number] : "",
                   HasDest(call) && bytes.size() > 1 ? bytes[1] : ""};
  } else if (call == Name::kAccess || call == Name::kIsMount || call == Name::kSameFile ||
             call == Name::kSameOpenFile) {
    task->output = code != 0 ? "1" : "0";
  }
}

}  // namespace uvfiles
