// Tasks that copy, move and send files.
//
// kCopyFile copies one file to `dst`, or, if that is a directory, into it under its own name.
//
// Arguments: bytes: src, dst. numbers: CopyFlags (not kCopyExistOk).
// Output: the path of the copy. Error: copyfile; EINVAL if both are the same file, or src is not a regular file (or a link, without kCopyFollow). After an
// error or a cancellation, a target that was created is removed; one that existed has lost its content.
// Ready and empty: out of descriptors, and nothing has been created.
//
// kCopyTree copies a directory and everything in it to a name that does not exist yet.
//
// Links are copied as links unless they are followed. It holds at most six descriptors at any depth, and none while it
// waits for one. Directories get their mode and times at the end, when all their entries exist.
//
// Arguments: bytes: src, dst. numbers: CopyFlags. Output: nothing.
// Error: cp, of the entry that failed, with its target; the copy up to there stays. EINVAL if dst is in src, EEXIST if dst
//   exists, unless kCopyExistOk, and ELOOP if followed links lead back.
// Ready and empty: out of descriptors. Cancelled: what has been copied stays, whole files only.
//
// kCopyFolder creates a directory like another one, and lists what is to be copied into it. kCopyFiles copies files into
// it, and several of these tasks share the work. Listed files are opened by name, as kCopyFile opens paths.
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
// kMove moves a file or a tree, into `dst` if that is a directory. It renames or, if dst is on another file system, copies
// and removes.
//
// Between file systems, a file appears at its new place completely or not at all. A tree does not, but if its copy fails,
// the copy is removed and the original stays. The copy is durable before the original is removed, so a power cut leaves at
// least one of them.
//
// Arguments: bytes: src, dst. Output: the new path.
// Error: rename; EEXIST if dst is a directory with such a name; if the move is a copy, cp or rm of the entry that failed.
// Cancelled: as after an error. Ready and empty: out of descriptors.
//
// kSendFile sends part of a file to another file or a socket, within the kernel if possible.
//
// The poller waits for descriptors that are not ready, whether or not they are O_NONBLOCK, so no thread waits.
//
// Arguments: numbers: out fd, in fd, offset (-1: in's position, which moves on), count. Both fds stay the caller's: the
//   task duplicates them when it is made, so that a caller who closes one meanwhile does not redirect the transfer to
//   whatever gets the number next. Out of descriptors: EMFILE or ENFILE, with nothing sent.
// Output, a batch: int64 bytes sent since the last one. A step ends whenever it has sent something and would have to wait,
//   and at the end of a slice, so that a caller that cancels it knows how much was sent. Done: all of `count` has been
//   sent, or `in` has ended. Cancelled, or after an error: if `in` was read at its position and is seekable, the position
//   is behind the bytes that were sent.
#pragma once

#include <cstdint>
#include <memory>

#include "core/task.h"

namespace uvfiles {

enum CopyFlags : int64_t {
  kCopyExclusive = 1,
  kCopyPreserve = 2,
  kCopyFollow = 4,    // links: copies what they lead to
  kCopyExistOk = 8,   // trees: into directories that are there
  kCopyOwner = 16,    // owner and group, where permitted: for moves
  kCopySpecial = 32,  // files: FIFOs and devices, too
  kCopyDurable = 64,  // files: the content is on the disk in the end
};

// Instead of a mode: the directory has it already.
constexpr uint32_t kModeIsRight = UINT32_MAX;

// How they are made. The copies are the platform's. Those of kCopyFolder and kCopyFiles are null on Windows.
std::unique_ptr<Task> MakeCopyFile(TaskArguments&& arguments);
// `made` becomes true when the task creates the directory dst, which then contains only copies.
std::unique_ptr<Task> MakeCopyTree(TaskArguments&& arguments, bool* made = nullptr);
std::unique_ptr<Task> MakeCopyFolder(TaskArguments&& arguments);
std::unique_ptr<Task> MakeCopyFiles(TaskArguments&& arguments);
std::unique_ptr<Task> MakeMove(TaskArguments&& arguments);
std::unique_ptr<Task> MakeSendFile(TaskArguments&& arguments);

}  // namespace uvfiles
