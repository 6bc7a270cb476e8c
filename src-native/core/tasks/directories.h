// Tasks on directories. The first three are Python's makedirs, removedirs and renames.
//
// kMakeDirectories makes a directory and missing ones above it. As in Python, those above get mode 0777 less the umask,
// whatever `mode` is.
// Arguments: bytes: path. numbers: mode, 1 when an existing directory is fine.
// Error: of the component that failed. Cancelled: what has been made stays.
//
// kRemoveDirectories removes an empty directory, and then directories above it as long as they are empty.
// Arguments: bytes: path. Error: of `path` itself only.
//
// kRenameDirectories makes the directories above the new name, renames, and removes those above the old name that are empty.
// Arguments: bytes: old, new. Error: mkdir of a directory, or rename of both paths.
//
// kScanDirectory lists one directory, a batch of entries at a time, without a stat for each.
//
// Arguments: bytes: path, or the root's path and a path beneath it (core/tasks/beneath.h). numbers: ScanFlags.
// Output, a batch: with kNamesOnly the names, a NUL behind each, all of them in one batch at the end. Otherwise: uint32
//   count; uint32 0; count uint64 inodes; count uint8 types (EntryType, a link being a link); the names, a NUL behind
//   each. Never an empty batch.
// Error: scandir of the path; an escape from a root, and a root that cannot be opened, as core/tasks/beneath.h says.
// Ready and empty: out of descriptors. Cancelled: nothing is left behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum ScanFlags : int64_t {
  kNamesOnly = 1,
  kSorted = 2,  // with kNamesOnly: in order of their bytes, up to kMostSortedBytes of them
};

// The loop thread takes several times longer to sort. A longer list would hold the pool's thread for more than a slice.
constexpr size_t kMostSortedBytes = 64 * 1024;

// In the numbering of dirent's DT_ values, which Linux and the BSDs share.
enum class EntryType : uint8_t {
  kUnknown = 0,
  kFifo = 1,
  kCharacter = 2,
  kDirectory = 4,
  kBlock = 6,
  kFile = 8,
  kLink = 10,
  kSocket = 12,
};

// The bodies of the first three, each of one step.
void MakeDirectories(const TaskArguments& arguments, Task* task);
void RemoveDirectories(const TaskArguments& arguments, Task* task);
void RenameDirectories(const TaskArguments& arguments, Task* task);

std::unique_ptr<Task> MakeScanDirectory(TaskArguments&& arguments);

}  // namespace uvfiles
