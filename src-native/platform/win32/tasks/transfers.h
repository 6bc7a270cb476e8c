// Copies of trees, moves of trees to another volume, and sendfile, as core/tasks/copies.h documents them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/task.h"
#include "core/tasks/remove_tree.h"

namespace uvfiles {

// Links are copied as links unless they are followed. The copy fails if the user lacks the privilege to create links.
class CopyTree final : public Task {
 public:
  explicit CopyTree(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

  // Whether the copy's top directory has been made, or was there and may be used.
  bool made() const { return !made_.empty(); }

 private:
  int Begin();
  int CopyEntry(const std::string& relative, std::string* failed);
  int OpenDirectory(const std::string& relative);

  const std::string from_;
  const std::string to_;
  const int64_t flags_;
  bool begun_ = false;
  std::vector<std::string> pending_;  // below both, the next one last
  std::vector<std::string> made_;     // directories, which get their times at the end
};

// Moves a tree to another volume: copies it, and then removes the original, or the copy if that has failed.
class TreeAcross {
 public:
  TreeAcross(const std::string& from, const std::string& to);

  // As Task::Run. At the end, `error` says why it failed. Cancelling stops the copy, but not the removal.
  Step Run(const Slice& slice, bool cancelled);

  TaskError error;

 private:
  const std::string from_;
  const std::string to_;
  CopyTree copy_;
  std::unique_ptr<RemoveTree> removal_;
};

// Copies through memory, because the system's own call (TransmitFile) only sends to sockets.
class SendFile final : public Task {
 public:
  explicit SendFile(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  const int out_;
  const int in_;
  int64_t offset_;
  int64_t left_;
  int64_t sent_ = 0;
};

}  // namespace uvfiles
