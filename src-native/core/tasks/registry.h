// The kinds of tasks that JavaScript can request, and how each is created. lib/native/task-kinds.ts
// mirrors the numbers, which are never used again for something else.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/task.h"

namespace uvfiles {

enum class TaskKind : int32_t {
  // 1-49: temporary files and directories
  kRemoveTree = 1,
  kTempFile = 2,
  kTempDirectory = 3,
  kTempDiscard = 4,
  kTempFinish = 6,
  kRemoveTreeHand = 7,

  // 50-199: os and whole files
  kPathCall = 50,
  kMakeDirectories = 51,
  kRemoveDirectories = 52,
  kRenameDirectories = 53,
  kScanDirectory = 54,
  kWalkTree = 55,
  kStatMany = 56,
  kReadMany = 57,
  kCopyFile = 58,
  kCopyTree = 59,
  kMove = 60,
  kSendFile = 61,
  kWriteAtomic = 62,
  kOpenAtomic = 63,
  kBeneath = 64,
  kFileLock = 65,
  kCopyFolder = 66,
  kCopyFiles = 67,
};

// A task of one class, for the tables that choose the class by kind.
template <typename T>
std::unique_ptr<Task> Make(TaskArguments&& arguments) {
  return std::make_unique<T>(std::move(arguments));
}

// Null for a kind that is unknown, or that this platform does not have. The arguments are those that the task's header
// documents. Only their types have been checked: lib/ has to pass as many as the task reads.
//
// An empty batch that is ready means that the process is out of descriptors. Nothing is lost: run the task again when one
// has been closed.
std::unique_ptr<Task> MakeTask(TaskKind kind, TaskArguments&& arguments);

}  // namespace uvfiles
