// Walks a tree and reports the names of each directory, in the order of Python's os.walk.
//
// It reads ahead of its consumer: one directory at first, and more with each batch, because consumers usually prune near the
// top. A running walk takes no messages: a consumer that prunes drops it, and starts another one whose roots are the
// directories that are left. A walk holds two descriptors at any depth (briefly a third one if a path exceeds PATH_MAX),
// and none between two batches.
//
// Arguments: bytes: top; the roots, each relative to top ("" is top itself), as one list with NUL between them; for
//   each root '1' where it may be a link to follow (or empty: none). numbers: WalkFlags, directories in the first
//   batch, depth below top to descend to (-1: all).
// Output, a batch: uint32 records, uint32 offset of the texts; for each record uint32 depth (roots: 0), index among
//   its parent's directories (or among the roots), int32 code (0: fine), uint32 directories, links to directories,
//   other entries; then the texts, a NUL behind each: for every record its path and its names in that order.
// A directory that cannot be listed gives a record with a code and no names. A root that is a link and is not to be
// followed gives none, nor does a followed link to a directory above it. Cancelled: nothing is left behind.
#pragma once

#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum WalkFlags : int64_t {
  kBottomUp = 1,
  kFollowLinks = 2,
  kNoHidden = 4,  // leaves out names that begin with a dot
};

std::unique_ptr<Task> MakeWalkTree(TaskArguments&& arguments);

}  // namespace uvfiles
