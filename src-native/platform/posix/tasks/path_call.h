// The calls of core/tasks/path_call.h.
#pragma once

#include <sys/statvfs.h>

#include <string>

#include "core/task.h"
#include "core/tasks/path_call.h"

namespace uvfiles {

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
