// The calls of core/tasks/path_call.h.
#pragma once

#include <cstdint>

#include "core/task.h"

namespace uvfiles {

class PathCall final : public Task {
 public:
  explicit PathCall(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  const std::string& Path() const { return arguments_.bytes[0]; }
  const std::string& Dest() const { return arguments_.bytes[1]; }
  int64_t Number(size_t index) const { return arguments_.numbers[index + 1]; }
  void Settle(int code, const char* syscall);
  void Answer(bool yes) { output.assign(yes ? "1" : "0"); }

  bool MayAccess(int64_t mode) const;
  int Chmod(int64_t mode) const;
  int Utimes() const;
  int Realpath();
  int Link() const;
  int Symlink() const;
  int Readlink();
  int Statvfs();
  int Truncate(int64_t size) const;
  int SameFile();
  int SameOpenFile();
  bool IsMount() const;

  TaskArguments arguments_;
};

}  // namespace uvfiles
