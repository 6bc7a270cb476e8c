// Walks a tree. core/tasks/walk_tree.h documents arguments, flags and the layout of a batch.
//
// Reads a directory whole before it tells of it, holding one handle at a time. A followed link that leads to a directory
// it is in is passed over.
#pragma once

#include <string>
#include <vector>

#include "core/task.h"
#include "core/tasks/walk_batch.h"
#include "platform/win32/directory.h"

namespace uvfiles {

class WalkTree final : public Task {
 public:
  explicit WalkTree(TaskArguments&& arguments);
  Step Run(const Slice& slice) override;

 private:
  struct Visit {
    std::string relative;
    uint32_t depth = 0;
    uint32_t index = 0;
    uint32_t level = 0;
    bool follow = false;
    bool listed = false;  // bottom-up: its children are done
    int code = 0;
    WalkListing listing;
    std::vector<int64_t> above;  // inodes, where links are followed
  };

  void Take(Visit visit);
  bool List(Visit* visit);
  void PushChildren(Visit* visit);
  void Emit(const Visit& visit);

  const std::string top_;
  const int64_t flags_;
  const int64_t depth_limit_;
  std::vector<Visit> pending_;
  WalkBatch batch_;
};

}  // namespace uvfiles
