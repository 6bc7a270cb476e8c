// One system call (or two that belong together) on a path: what needs a thread but no steps.
//
// Arguments: bytes: path and, where the call has two, dest. numbers: PathCallName, then the call's own (below).
// Output: what the call answers, as said beside its name; else nothing.
#pragma once

#include <sys/statvfs.h>

#include <string>

#include "core/task.h"

namespace uvfiles {

enum class PathCallName : int64_t {
  kAccess = 1,  // mode -> '1' or '0'; by real ids
  kChmod = 2,   // mode
  kChown = 3,   // uid, gid, 1 to change a link itself
  kUtimes = 4,  // atime seconds, nanoseconds, mtime seconds, nanoseconds, 1 to change a link itself
  kRealpath = 5,  // -> path
  kRename = 6,    // replaces dest
  kUnlink = 7,
  kRmdir = 8,
  kMkdir = 9,  // mode
  kLink = 10,
  kSymlink = 11,   // path is the target's text, dest the link's path
  kReadlink = 12,  // -> text
  kStatvfs =
      13,  // -> 11 int64: bsize frsize blocks bfree bavail files ffree favail flag namemax fsid
  kTruncate = 14,      // size
  kSameFile = 15,      // -> '1' or '0'
  kSameOpenFile = 16,  // fd, fd -> '1' or '0'; no paths
  kIsMount = 17,       // -> '1' or '0'; never an error
  // Extended attributes: the second string is the name, the last number 1 for those of a link itself.
  kGetAttribute = 18,    // -> value
  kSetAttribute = 19,    // third string: value. AttributeMode
  kListAttributes = 20,  // -> names, a NUL behind each
  kRemoveAttribute = 21,
};

// The 11 numbers that kStatvfs answers.
void AppendStatvfs(const struct statvfs& answer, std::string* output);

class PathCall final : public Task {
 public:
  explicit PathCall(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  const char* Path() const { return arguments_.bytes[0].c_str(); }
  const char* Dest() const { return arguments_.bytes[1].c_str(); }
  int64_t Number(size_t index) const { return arguments_.numbers[index + 1]; }
  // Keeps the error of a failed call with its paths.
  void Settle(int code, const char* syscall);
  void Answer(bool yes) { output.assign(yes ? "1" : "0"); }

  void ChangeOwner();
  void ChangeTimes();
  void Realpath();
  void Readlink();
  void Statvfs();
  void SameFile();
  void SameOpenFile();
  bool IsMount() const;
  void CallAttributes(PathCallName call);

  TaskArguments arguments_;
};

}  // namespace uvfiles
