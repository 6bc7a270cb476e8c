// Walks a tree and tells each directory's names, in the order of Python's os.walk.
//
// It reads ahead of its consumer, by one directory at first and by more with every batch: a consumer that prunes does
// so near the top. Pruning is no message to a running walk: the consumer drops it and begins another with what is left
// as its roots. Holds two descriptors whatever the depth (a third for a moment where a path exceeds PATH_MAX),
// and none between two batches.
//
// Arguments: bytes: top; the roots, each relative to top ("" is top itself), as one list with NUL between them; for
//   each root '1' where it may be a link to follow (or empty: none). numbers: WalkFlags, directories in the first
//   batch, depth below top to descend to (-1: all).
// Output, a batch: uint32 records, uint32 offset of the texts; for each record uint32 depth (roots: 0), index among
//   its parent's directories (or among the roots), int32 code (0: fine), uint32 directories, links to directories,
//   other entries; then the texts, a NUL behind each: for every record its path and its names in that order.
// A directory that cannot be listed is a record with a code and no names. A link that is not followed, and a followed
// one that leads to a directory it is in, is passed over. Cancelled: nothing is left behind.
#pragma once

#include <cstdint>

namespace uvfiles {

enum WalkFlags : int64_t {
  kBottomUp = 1,
  kFollowLinks = 2,
  kNoHidden = 4,  // leaves out names that begin with a dot
};

}  // namespace uvfiles
