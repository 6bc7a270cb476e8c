// Copies, moves and replacements of files, as core/tasks/{copies,write_atomic}.h document them.
#pragma once

#include <memory>
#include <string>

#include "core/task.h"
#include "core/unique_fd.h"
#include "platform/win32/tasks/transfers.h"

namespace uvfiles {

// Named so since windows.h makes CopyFile a macro. Windows copies by itself: attributes, streams and times come along, and blocks are shared where the volume can.
class CopyOneFile final : public Task {
 public:
  explicit CopyOneFile(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  TaskArguments arguments_;
};

// A file across volumes is copied to a temporary name and renamed; a tree is copied in place.
class Move final : public Task {
 public:
  explicit Move(TaskArguments&& arguments) : arguments_(std::move(arguments)) {}
  Step Run(const Slice& slice) override;

 private:
  int FileAcross(const std::string& from, const std::string& to) const;
  Step GoOn(const Slice& slice);

  TaskArguments arguments_;
  std::unique_ptr<TreeAcross> tree_;  // once the volumes are known to differ
  std::string to_;
};

// A new version of a file beside the old one, which it then replaces by a rename. There is no syncing of directories here:
// NTFS keeps a journal of its names.
class NewVersion {
 public:
  NewVersion() = default;
  NewVersion(const NewVersion&) = delete;
  NewVersion& operator=(const NewVersion&) = delete;
  ~NewVersion() { Discard(); }

  int Begin(const std::string& path, int64_t flags, TaskError* error);
  bool begun() const { return static_cast<bool>(file_); }
  int fd() const { return file_.Get(); }
  // Of the file that is being written.
  const std::string& path() const { return temp_; }
  void Publish(TaskError* error);
  void Discard();

 private:
  int Fail(int code, const char* syscall, TaskError* error);

  std::string path_;    // as given
  std::string target_;  // what it leads to, where it is a link
  std::string temp_;
  int64_t flags_ = 0;
  UniqueFd file_;
};

class WriteAtomic final : public Task {
 public:
  explicit WriteAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const std::string data_;
  const int64_t flags_;
  NewVersion file_;
  size_t written_ = 0;
};

class OpenAtomic final : public Task {
 public:
  explicit OpenAtomic(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const std::string path_;
  const int64_t flags_;
  NewVersion file_;
};

}  // namespace uvfiles
