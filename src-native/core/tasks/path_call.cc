#include "core/tasks/path_call.h"

#include <uv.h>

#include "platform/directories.h"
#include "platform/file_system.h"
#include "platform/path_calls.h"

namespace uvfiles {

namespace {

using Name = PathCallName;

// Indexed by PathCallName.
constexpr const char* kSyscalls[] = {"path",      "access",      "chmod",    "chown",    "utime",
                                     "realpath",  "rename",      "unlink",   "rmdir",    "mkdir",
                                     "link",      "symlink",     "readlink", "statvfs",  "truncate",
                                     "stat",      "fstat",       "stat",     "getxattr", "setxattr",
                                     "listxattr", "removexattr", "fsync",    "open",     "stat"};

constexpr size_t kSyscallCount = sizeof kSyscalls / sizeof kSyscalls[0];
static_assert(kSyscallCount == static_cast<size_t>(Name::kStat) + 1,
              "one name for each PathCallName");

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

// Negative: the code of the system call, which failed on path number `failed`. For calls that answer yes or no: 1 or 0.
int Perform(Name call, bool follow, const TaskArguments& arguments, std::string* output,
            int* failed) {
  const std::vector<std::string>& bytes = arguments.bytes;
  const std::string none;
  const std::string& path = bytes.empty() ? none : bytes[0];
  const std::string& dest = bytes.size() < 2 ? none : bytes[1];
  const int64_t* const numbers = arguments.numbers.data() + 1;
  switch (call) {
    case Name::kAccess:
      return platform::MayAccess(path, static_cast<int>(numbers[0]));
    case Name::kIsMount:
      return platform::IsMount(path);
    case Name::kSameFile: {
      const auto stat = [&](int i, StatRecord* record) {
        return platform::Stat(bytes[static_cast<size_t>(i)].c_str(), record);
      };
      return IsSame(stat, failed);
    }
    case Name::kSameOpenFile: {
      const auto stat = [&](int i, StatRecord* record) {
        return platform::Fstat(static_cast<int>(numbers[i]), record);
      };
      return IsSame(stat, failed);
    }
    case Name::kChmod:
      return platform::ChangeMode(path, numbers[0]);
    case Name::kChown:
      return platform::ChangeOwner(path, numbers[0], numbers[1], follow);
    case Name::kUtimes:
      return platform::ChangeTimes(path, numbers, follow);
    case Name::kRealpath:
      return platform::RealPath(path, output);
    case Name::kRename:
      return platform::Rename(path, dest);
    case Name::kUnlink:
      return platform::Unlink(path);
    case Name::kRmdir:
      return platform::RemoveEmptyDirectory(path);
    case Name::kMkdir:
      return platform::MakeDirectory(path, numbers[0]);
    case Name::kLink:
      return platform::Link(path, dest);
    case Name::kSymlink:
      return platform::Symlink(path, dest);
    case Name::kReadlink:
      return platform::ReadLink(path, output);
    case Name::kStatvfs:
      return platform::StatFileSystem(path, output);
    case Name::kTruncate:
      return platform::TruncatePath(path, numbers[0]);
    case Name::kSyncDirectory:
      return platform::SyncNames(path);
    case Name::kGetAttribute:
      return platform::GetAttribute(path.c_str(), bytes[1].c_str(), follow, output);
    case Name::kSetAttribute:
      return platform::SetAttribute(path.c_str(), bytes[1].c_str(), follow, bytes[2],
                                    static_cast<AttributeMode>(numbers[0]));
    case Name::kListAttributes:
      return platform::ListAttributes(path.c_str(), follow, output);
    case Name::kRemoveAttribute:
      return platform::RemoveAttribute(path.c_str(), bytes[1].c_str(), follow);
    default:
      return UV_EINVAL;
  }
}

}  // namespace

const char* SyscallOf(PathCallName call, bool follow) {
  if (call == Name::kStat && !follow) return "lstat";
  if (call == Name::kChown && !follow) return "lchown";
  if (call == Name::kUtimes && !follow) return "lutime";
  const auto number = static_cast<size_t>(call);
  return kSyscalls[number < kSyscallCount ? number : 0];
}

void CallPath(const TaskArguments& arguments, Task* task) {
  const auto call = static_cast<Name>(arguments.numbers[0]);
  const std::vector<std::string>& bytes = arguments.bytes;
  const bool follow = arguments.numbers.back() == 0;  // for calls of which that is the last number
  int failed = 0;
  const int code = Perform(call, follow, arguments, &task->output, &failed);
  if (code < 0) {
    const auto number = static_cast<size_t>(failed);
    task->output.clear();
    task->error = {code, SyscallOf(call, follow), number < bytes.size() ? bytes[number] : "",
                   HasDest(call) && bytes.size() > 1 ? bytes[1] : ""};
  } else if (call == Name::kAccess || call == Name::kIsMount || call == Name::kSameFile ||
             call == Name::kSameOpenFile) {
    task->output = code != 0 ? "1" : "0";
  }
}

}  // namespace uvfiles
