// What each kind of operation does on a pool thread.
#include <uv.h>

#include <algorithm>
#include <cstdio>

#include "core/inline_io.h"
#include "core/operation.h"
#include "core/operation_block.h"
#include "core/perform_polled.h"
#include "core/read_to_end.h"
#include "platform/cached.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"

namespace uvfiles {

Atomic<size_t> largest_result{SIZE_MAX};

namespace {

// An operation waits for a free descriptor for about ten seconds, and looks for it less and less often.
constexpr uint64_t kLookNs = 1000 * 1000;
constexpr uint32_t kMostDoublings = 4;
constexpr uint32_t kMostLooks = 640;
constexpr size_t kAskFirst =
    1024 * 1024;  // reads beyond this look at the file's size before taking memory

// The maximum number of bytes that a whole write puts over old ones: a block of the usual file
// systems.
constexpr size_t kOneBlock = 4096;

bool SeekFirst(Operation& operation) {
  if ((operation.flags & kSeekFirst) == 0) return true;
  const int64_t position = platform::Seek(operation.file->fd, operation.position, SEEK_SET);
  if (position >= 0) return true;
  operation.result = position;
  return false;
}

// A caller may ask for far more than there is. Memory is allocated for what the file can give, and for one more byte, which
// tells that the file ends there.
size_t CapToFile(const Operation& operation) {
  FileKind kind;
  int64_t size = 0;
  const int fd = operation.file->fd;
  if (platform::Describe(fd, &kind, &size) < 0 || kind != FileKind::kRegular) return operation.size;
  const bool stateful = (operation.flags & kSeekFirst) != 0 || operation.position < 0;
  const int64_t start = stateful ? platform::Seek(fd, 0, SEEK_CUR) : operation.position;
  if (start < 0) return operation.size;
  // Files that do not tell their size (/proc) get a block, too.
  const size_t most =
      std::max<size_t>(start < size ? static_cast<size_t>(size - start) + 1 : 1, kUnknownSize);
  return std::min(most, operation.size);
}

void PerformRead(Operation& operation) {
  if (operation.size == 0) {
    operation.result = 0;
    return;
  }
  if (!SeekFirst(operation)) return;
  // Memory that has been allocated already does not become smaller.
  const bool cap = operation.size > kAskFirst && operation.data == nullptr;
  size_t size = cap ? CapToFile(operation) : operation.size;
  if (size > largest_result.load(std::memory_order_relaxed) && (operation.flags & kFully) != 0) {
    operation.result = UV_EFBIG;
    return;
  }
  if (operation.data == nullptr) TakeBlock(operation, size);  // else the job had one at hand
  if (operation.data == nullptr) {
    operation.result = UV_ENOMEM;
    return;
  }
  const int fd = operation.file->fd;
  const int64_t start = (operation.flags & kSeekFirst) != 0 ? kCurrent : operation.position;
  size_t total = 0;
  int64_t count;
  const bool fully = (operation.flags & kFully) != 0;
  for (;;) {
    const size_t wanted = fully ? std::min(size - total, kLook) : size - total;
    count = ReadOnce(fd, operation.data + total, wanted,
                     start < 0 ? kCurrent : start + static_cast<int64_t>(total));
    if (count > 0) total += static_cast<size_t>(count);
    if (count <= 0 || !fully || total == operation.size || Unwanted(operation)) break;
    if (total < size) continue;
    // The file does not tell its size (/proc), or has grown meanwhile.
    size = std::min(operation.size, size * 2);
    if (!GrowBlock(operation, size, total)) break;
  }
  // What was read before an error is not lost: the error comes again with the next read.
  operation.result = total > 0 || count >= 0 ? static_cast<int64_t>(total) : count;
  if (operation.result <= 0) GiveBlockBack(operation);
}

void PerformReadToEnd(Operation& operation) {
  if (!SeekFirst(operation)) return;
  const int fd = operation.file->fd;
  FileKind kind;
  int64_t size = 0;
  const int described = platform::Describe(fd, &kind, &size);
  if (described < 0) {
    operation.result = described;
    return;
  }
  const bool stateful = (operation.flags & kSeekFirst) != 0 || operation.position < 0;
  const int64_t start = stateful ? platform::Seek(fd, 0, SEEK_CUR) : operation.position;
  const int64_t expected = kind == FileKind::kRegular && start >= 0 ? size - start : 0;
  operation.result = ReadToEnd(fd, stateful ? kCurrent : operation.position, expected, operation);
}

// Writes all bytes, or fails and sets `written` to the number of bytes that were written. `piece`:
// the maximum size of one system call.
int64_t WriteAll(const Operation& operation, int fd, size_t piece, int64_t position,
                 int64_t* written) {
  size_t total = 0;
  int64_t code = 0;
  while (total < operation.size && code == 0) {
    const char* const data = operation.data + total;
    const size_t size = std::min(operation.size - total, piece);
    const int64_t count =
        position < 0 ? platform::Write(fd, data, size)
                     : platform::Pwrite(fd, data, size, position + static_cast<int64_t>(total));
    if (count > 0) total += static_cast<size_t>(count);
    if (count <= 0) {
      code = count < 0 ? count
                       : int64_t{UV_EIO};  // 0 for a non-empty write: no progress will ever come
    } else if (total < operation.size && operation.stop.load(std::memory_order_relaxed)) {
      code = UV_ECANCELED;
    }
  }
  *written = static_cast<int64_t>(total);
  return code < 0 ? code : static_cast<int64_t>(total);
}

void PerformWrite(Operation& operation) {
  operation.extra = 0;
  if (!SeekFirst(operation)) return;
  const int fd = operation.file->fd;
  const int64_t position = (operation.flags & kSeekFirst) != 0 ? kCurrent : operation.position;
  // One system call if possible, because others may append to the same file.
  operation.result = WriteAll(operation, fd, SIZE_MAX, position, &operation.extra);
  if (operation.result >= 0 && (operation.flags & kAppendTell) != 0) {
    operation.extra = platform::Seek(fd, 0, SEEK_CUR);
  }
}

Performed PerformOpen(Operation& operation) {
  OperationDetails& details = *operation.details;
  int fd;
  if (details.flags == kAdoptDescriptor) {
    fd = static_cast<int>(operation.position);
    details.syscall = "fstat";
  } else {
    details.syscall = "open";
    fd = details.own.fd;
    details.own.fd = -1;
    if (fd < 0) fd = platform::OpenNow(details.path.c_str(), details.flags, details.mode);
    if (platform::LacksReader(details.path.c_str(), details.flags, fd))
      return WaitToOpen(operation);
  }
  if (fd < 0) {
    operation.result = fd;
    return Performed::kDone;
  }
  const bool adopted = details.flags == kAdoptDescriptor;
  int64_t size = 0;
  int status = platform::Describe(fd, &details.kind, &size);
  // As in Python, a directory is refused when it is opened, not when it is read.
  if (status == 0 && details.kind == FileKind::kDirectory) status = UV_EISDIR;
  if (status < 0) {
    if (!adopted) platform::CloseFile(fd);
    operation.result = status;
    return Performed::kDone;
  }
  const bool to_end = (operation.flags & kAppendTell) != 0;
  const int64_t position = platform::Seek(fd, 0, to_end ? SEEK_END : SEEK_CUR);
  details.seekable = position >= 0;
  details.position = position >= 0 ? position : 0;
  details.stat.size = size;
  details.nonblocking = !adopted && IsPolled(details.kind, details.seekable);
  if (!adopted && !details.nonblocking) platform::MakeBlocking(fd, details.flags);
  InlineIO::Prepare(fd, details.kind, &details.inline_state);
  operation.result = fd;
  return Performed::kDone;
}

Performed PerformReadFile(Operation& operation) {
  OperationDetails& details = *operation.details;
  if (details.own.polled) return PolledReadFile(operation);
  details.syscall = "open";
  int fd = details.own.fd;
  details.own.fd = -1;
  if (fd < 0) fd = platform::OpenNow(details.path.c_str(), details.flags, 0);
  if (fd < 0) {
    operation.result = fd;
    return Performed::kDone;
  }
  details.syscall = "read";
  FileKind kind = FileKind::kOther;
  int64_t size = 0;
  uint64_t device = 0;
  int64_t result = platform::Describe(fd, &kind, &size, &device);
  if (result >= 0 && HoldIfPolled(operation, fd, kind)) return PolledReadFile(operation);
  if (result >= 0 && kind == FileKind::kRegular) InlineIO::LearnDevice(fd, device);
  // The caller reads a large file in another way.
  const auto most = static_cast<int64_t>(operation.size);
  if (result >= 0 && most > 0 && kind == FileKind::kRegular && size > most) result = UV_EFBIG;
  if (result >= 0)
    result = ReadToEnd(fd, kCurrent, kind == FileKind::kRegular ? size : 0, operation);
  platform::CloseFile(fd);  // nothing was written: its error says nothing about what was read
  operation.result = result;
  return Performed::kDone;
}

// Waits a moment for a free descriptor.
Performed WaitForDescriptor(Operation& operation) {
  const uint64_t pause_ns = kLookNs << std::min(operation.details->shortages++, kMostDoublings);
  if (Poller::Instance().Start() == 0) return WaitForTurn(operation, pause_ns);
  // The poller needs descriptors itself to start. This thread pauses instead, and other operations go first.
  PauseThread(pause_ns);
  return Performed::kAgain;
}

// Whether the bytes of a kWriteFile cover all bytes of the file, in one block. The file is then not
// truncated: ext4 would free the block, and write the new one to the disk at close, which takes a
// hundred times as long. Not more than a block, so that a crash of the system leaves the old bytes
// or the new ones.
bool CoversContent(const Operation& operation) {
  const OperationDetails& details = *operation.details;
  if ((details.flags & UV_FS_O_TRUNC) == 0 || operation.size > kOneBlock) return false;
  StatRecord found;
  return platform::kWritesOver && platform::Stat(details.path.c_str(), &found) == 0 &&
         (found.mode & S_IFMT) == S_IFREG && found.size > 0 &&
         found.size <= static_cast<int64_t>(operation.size);
}

Performed PerformWriteFile(Operation& operation, uint64_t slice_end_ns) {
  OperationDetails& details = *operation.details;
  if (details.own.polled) return PolledWriteFile(operation, slice_end_ns);
  operation.extra = 0;
  details.syscall = "open";
  const bool covers = CoversContent(operation);
  const int flags = covers ? details.flags & ~UV_FS_O_TRUNC : details.flags;
  const int fd = platform::OpenNow(details.path.c_str(), flags, details.mode);
  if (platform::LacksReader(details.path.c_str(), details.flags, fd)) return WaitToOpen(operation);
  // The operation waits, because the caller has handed its bytes over and cannot repeat the call.
  if ((fd == UV_EMFILE || fd == UV_ENFILE) && details.shortages < kMostLooks)
    return WaitForDescriptor(operation);
  if (fd < 0) {
    operation.result = fd;
    return Performed::kDone;
  }
  FileKind kind = FileKind::kOther;
  int64_t size = 0;
  if (platform::Describe(fd, &kind, &size) >= 0 && HoldIfPolled(operation, fd, kind)) {
    details.syscall = "write";
    return PolledWriteFile(operation, slice_end_ns);
  }
  const size_t piece = (details.flags & UV_FS_O_APPEND) != 0 ? SIZE_MAX : kLook;
  // The file has grown since, or is another one.
  const bool longer = covers && size > static_cast<int64_t>(operation.size);
  int64_t result = longer ? platform::Truncate(fd, 0) : 0;
  if (result >= 0) {
    details.syscall = "write";
    result = WriteAll(operation, fd, piece, kCurrent, &operation.extra);
    // Leaves what would be in a truncated file.
    if (result < 0 && covers) platform::Truncate(fd, operation.extra);
  }
  const int closed = platform::CloseFile(fd);
  if (closed < 0 && result >= 0) {
    details.syscall = "close";
    result = closed;
  }
  operation.result = result;
  return Performed::kDone;
}

Performed PerformTask(Operation& operation, uint64_t slice_end_ns) {
  Task& task = *operation.details->task;
  if (task.cancelled() && !operation.concludes.load(std::memory_order_relaxed)) {
    operation.result = UV_ECANCELED;
    return Performed::kDone;
  }
  if (task.Concludes()) operation.concludes.store(true, std::memory_order_relaxed);
  const Step step = task.Run(Slice(slice_end_ns));
  if (step == Step::kAgain) return Performed::kAgain;
  if (step == Step::kWaits)
    return WaitForReady(operation, task.waits_for.fd, task.waits_for.for_write);
  operation.result = task.error ? task.error.code : (step == Step::kDone ? 0 : 1);
  return Performed::kDone;
}

}  // namespace

Performed Perform(Operation& operation, uint64_t slice_end_ns) {
  if (WaitsInPoller(operation)) return PerformPolled(operation, slice_end_ns);
  const int fd = operation.file != nullptr ? operation.file->fd : -1;
  switch (operation.kind) {
    case OpKind::kRead:
      PerformRead(operation);
      break;
    case OpKind::kReadToEnd:
      PerformReadToEnd(operation);
      break;
    case OpKind::kWrite:
      PerformWrite(operation);
      break;
    case OpKind::kFstat:
      operation.result = platform::Fstat(fd, &operation.details->stat);
      break;
    case OpKind::kTruncate:
      operation.result = platform::Truncate(fd, operation.position);
      break;
    case OpKind::kSync:
      operation.result = platform::Sync(fd);
      break;
    case OpKind::kDatasync:
      operation.result = platform::Datasync(fd);
      break;
    case OpKind::kSeek:
      operation.result = platform::Seek(fd, operation.position, static_cast<int>(operation.extra));
      operation.extra = 0;  // it was the whence, not a number of bytes
      break;
    case OpKind::kClose:
      operation.result = operation.file->owned ? platform::CloseFile(fd) : 0;
      break;
    case OpKind::kOpen:
      platform::LearnMountsIfWanted();
      return PerformOpen(operation);
    case OpKind::kStat:
      platform::LearnMountsIfWanted();
      operation.result = platform::Stat(operation.details->path.c_str(), &operation.details->stat);
      break;
    case OpKind::kLstat:
      platform::LearnMountsIfWanted();
      operation.result = platform::Lstat(operation.details->path.c_str(), &operation.details->stat);
      break;
    case OpKind::kReadFile:
      platform::LearnMountsIfWanted();
      return PerformReadFile(operation);
    case OpKind::kWriteFile:
      return PerformWriteFile(operation, slice_end_ns);
    case OpKind::kTask:
      platform::LearnMountsIfWanted();
      return PerformTask(operation, slice_end_ns);
  }
  return Performed::kDone;
}

}  // namespace uvfiles
