#include "core/tasks/registry.h"

#include "core/tasks/beneath.h"
#include "core/tasks/copies.h"
#include "core/tasks/directories.h"
#include "core/tasks/file_lock.h"
#include "core/tasks/path_call.h"
#include "core/tasks/read_many.h"
#include "core/tasks/remove_tree.h"
#include "core/tasks/stat_many.h"
#include "core/tasks/temp_file.h"
#include "core/tasks/walk_tree.h"
#include "core/tasks/write_atomic.h"

namespace uvfiles {

namespace {

// A task that does all of its work in one step.
class OneStepTask final : public Task {
 public:
  using Body = void (*)(const TaskArguments& arguments, Task* task);
  OneStepTask(Body body, TaskArguments&& arguments)
      : body_(body), arguments_(std::move(arguments)) {}
  Step Run(const Slice&) override {
    body_(arguments_, this);
    return Step::kDone;
  }

 private:
  const Body body_;
  const TaskArguments arguments_;
};

}  // namespace

std::unique_ptr<Task> MakeTask(TaskKind kind, TaskArguments&& arguments) {
  switch (kind) {
    // 1-49: temporary files and directories
    case TaskKind::kRemoveTree:
      return Make<RemoveTree>(std::move(arguments));
    case TaskKind::kRemoveTreeHand:
      return MakeRemoveTreeHand(std::move(arguments));
    case TaskKind::kTempFile:
      return Make<TempFile>(std::move(arguments));
    case TaskKind::kTempDirectory:
      return Make<TempDirectory>(std::move(arguments));
    case TaskKind::kTempDiscard:
      return std::make_unique<OneStepTask>(DiscardTemp, std::move(arguments));
    case TaskKind::kTempFinish:
      return Make<TempFinish>(std::move(arguments));

    // 50-199: os and whole files
    case TaskKind::kPathCall:
      return std::make_unique<OneStepTask>(CallPath, std::move(arguments));
    case TaskKind::kMakeDirectories:
      return std::make_unique<OneStepTask>(MakeDirectories, std::move(arguments));
    case TaskKind::kRemoveDirectories:
      return std::make_unique<OneStepTask>(RemoveDirectories, std::move(arguments));
    case TaskKind::kRenameDirectories:
      return std::make_unique<OneStepTask>(RenameDirectories, std::move(arguments));
    case TaskKind::kFileLock:
      return std::make_unique<OneStepTask>(LockRange, std::move(arguments));
    case TaskKind::kScanDirectory:
      return MakeScanDirectory(std::move(arguments));
    case TaskKind::kWalkTree:
      return MakeWalkTree(std::move(arguments));
    case TaskKind::kStatMany:
      return MakeStatMany(std::move(arguments));
    case TaskKind::kReadMany:
      return MakeReadMany(std::move(arguments));
    case TaskKind::kCopyFile:
      return MakeCopyFile(std::move(arguments));
    case TaskKind::kCopyTree:
      return MakeCopyTree(std::move(arguments));
    case TaskKind::kCopyFolder:
      return MakeCopyFolder(std::move(arguments));
    case TaskKind::kCopyFiles:
      return MakeCopyFiles(std::move(arguments));
    case TaskKind::kMove:
      return MakeMove(std::move(arguments));
    case TaskKind::kSendFile:
      return MakeSendFile(std::move(arguments));
    case TaskKind::kBeneath:
      return MakeBeneath(std::move(arguments));
    case TaskKind::kWriteAtomic:
      return MakeWriteAtomic(std::move(arguments));
    case TaskKind::kOpenAtomic:
      return MakeOpenAtomic(std::move(arguments));
    default:
      return nullptr;
  }
}

}  // namespace uvfiles
