// Tasks that copy, move and send files.
//
// kCopyFile copies one file, into `dst` or, where that is a directory, into it under its own name.
//
// Arguments: bytes: src, dst. numbers: CopyFlags (not kCopyExistOk, not kCopyOwner).
// Output: the path of the copy. Error: copyfile; EINVAL where both are the same file, or src is none of the regular.
// On an error or when cancelled a target that was made is gone again; one that was there before has lost its content.
// Ends ready and empty, with nothing made, when out of descriptors.
//
// kCopyTree copies a directory and everything in it to a name that is not there yet.
//
// Links are copied as they stand unless followed. Holds six descriptors at most, whatever the depth, and none
// while it waits for one. Directories get their mode and times at the end, when nothing is made in them any more.
//
// Arguments: bytes: src, dst. numbers: CopyFlags. Output: nothing.
// Error: cp, of the entry that failed, with its target; the copy up to there stays. EINVAL where dst is in src; EEXIST where dst
//   is there, unless kCopyExistOk; ELOOP where followed links lead back.
// Ready and empty: out of descriptors. Cancelled: what has been copied stays, whole files only.
//
// kCopyFolder makes a directory like another one, and lists what is to be copied into it; kCopyFiles copies files into it,
// and several of them share the work. A file that is listed is opened by name, as in copyfile of a path.
//
// kCopyFolder. Arguments: bytes: src, dst. Output: uint32 mode that dst is to get at the end, or kModeIsRight; uint32
//   count of blocks; count uint32 ends of the blocks, from their beginning; the blocks: names of files, a NUL behind
//   each; then for everything that is no file uint8 type (EntryType) and the name with a NUL.
// Error: scandir of src, mkdir of dst. Ready and empty: out of descriptors, and nothing has been made.
//
// kCopyFiles. Arguments: bytes: src, dst, a block. Output: nothing. Error: copyfile, of the file that failed, with its
//   target; those before it stay. Ready and empty: out of descriptors. Cancelled: what has been copied stays, whole
//   files only.
//
// kMove moves a file or a tree, into `dst` where that is a directory: a rename, or, where dst is on another file system, a
// copy and a removal.
//
// Across file systems a file appears at its new place whole or not at all; a tree does not, but a copy that fails is
// taken away again and the original left alone. The copy is durable before the original goes, so that a power cut leaves
// one of them.
//
// Arguments: bytes: src, dst. Output: the new path.
// Error: rename; EEXIST where dst is a directory that has such a name; or cp or rm, of the entry that failed, where
// the move is a copy. Cancelled: as after an error. Ready and empty: out of descriptors.
//
// kSendFile sends part of a file to another file or a socket, within the kernel where it can.
//
// A descriptor that would keep it waiting is waited for by the poller, whether or not it is O_NONBLOCK: no thread sleeps.
//
// Arguments: numbers: out fd, in fd, offset (-1: in's position, which moves on), count. Both fds stay the caller's: the
//   task duplicates them when it is made, so that a caller who closes one meanwhile does not redirect the transfer to
//   whatever gets the number next. Out of descriptors: EMFILE or ENFILE, with nothing sent.
// Output, a batch: int64 bytes sent since the last one. It ends a step whenever it has sent something and would go on to
//   wait, or to the next slice, so that the caller that cancels it knows how much was sent. Done: all of `count` has been sent, or
//   `in` has ended. Cancelled, or after an error: what has been sent is sent; of what was read of a seekable `in` at its
//   position, the position is behind what was sent.
#pragma once

#include <cstdint>

namespace uvfiles {

enum CopyFlags : int64_t {
  kCopyExclusive = 1,
  kCopyPreserve = 2,
  kCopyFollow = 4,   // links: copies what they lead to
  kCopyExistOk = 8,  // trees: into directories that are there
  kCopyOwner = 16,   // trees that move
};

// In the place of a mode: it has been set already.
constexpr uint32_t kModeIsRight = UINT32_MAX;

}  // namespace uvfiles
