// What each kind of operation does on a pool thread.
#include <uv.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "core/inline_io.h"
#include "core/operation.h"
#include "core/perform_polled.h"
#include "platform/cached.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"

namespace uvfiles {

std::atomic<size_t> largest_result{SIZE_MAX};

namespace {

constexpr size_t kUnknownSize =
    16 * 1024;  // first guess for files that do not tell their size (/proc, pipes)

// For a free descriptor: some five seconds, ever less often.
constexpr uint64_t kLookNs = 1000 * 1000;
constexpr uint32_t kMostLooks = 320;
constexpr size_t kAskFirst =
    1024 * 1024;  // reads beyond this look at the file's size before taking memory

// The most that one system call of a loop moves, so that the loop sees in time that nobody waits any more.
constexpr size_t kLook = 1024 * 1024;

// One read, at a position or at the descriptor's own.
int64_t read_once(int fd, char* data, size_t size, int64_t position) {
  return position < 0 ? platform::read(fd, data, size) : platform::pread(fd, data, size, position);
}

bool seek_first(Operation& operation) {
  if ((operation.flags & kSeekFirst) == 0) return true;
  const int64_t position = platform::seek(operation.file->fd, operation.position, SEEK_SET);
  if (position >= 0) return true;
  operation.result = position;
  return false;
}

void take_block(Operation& operation, size_t size) {
  const Block block = BlockPool::instance().acquire(size);
  operation.data = block.data;
  operation.capacity = block.capacity;
}

// False: there is no memory, and the block is as it was.
bool grow_block(Operation& operation, size_t size, size_t used) {
  const Block larger = BlockPool::instance().acquire(size);
  if (larger.data == nullptr) return false;
  std::memcpy(larger.data, operation.data, used);
  BlockPool::instance().release({operation.data, operation.capacity});
  operation.data = larger.data;
  operation.capacity = larger.capacity;
  return true;
}

void give_block_back(Operation& operation) {
  if (operation.capacity != 0) BlockPool::instance().release({operation.data, operation.capacity});
  operation.data = nullptr;
  operation.capacity = 0;
}

// A caller may ask for far more than there is: memory is taken for what the file can give, and a byte more, which
// tells its end.
size_t cap_to_file(const Operation& operation) {
  FileKind kind;
  int64_t size = 0;
  const int fd = operation.file->fd;
  if (platform::describe(fd, &kind, &size) < 0 || kind != FileKind::kRegular) return operation.size;
  const bool stateful = (operation.flags & kSeekFirst) != 0 || operation.position < 0;
  const int64_t start = stateful ? platform::seek(fd, 0, SEEK_CUR) : operation.position;
  if (start < 0) return operation.size;
  // Files that do not tell their size (/proc) still get a block to be read into.
  const size_t most =
      std::max<size_t>(start < size ? static_cast<size_t>(size - start) + 1 : 1, kUnknownSize);
  return std::min(most, operation.size);
}

void perform_read(Operation& operation) {
  if (operation.size == 0) {
    operation.result = 0;
    return;
  }
  if (!seek_first(operation)) return;
  // Memory that is there already is no larger for being used less.
  const bool cap = operation.size > kAskFirst && operation.data == nullptr;
  size_t size = cap ? cap_to_file(operation) : operation.size;
  if (size > largest_result.load(std::memory_order_relaxed) && (operation.flags & kFully) != 0) {
    operation.result = UV_EFBIG;
    return;
  }
  if (operation.data == nullptr) take_block(operation, size);  // else the job had one at hand
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
    count = read_once(fd, operation.data + total, wanted,
                      start < 0 ? kCurrent : start + static_cast<int64_t>(total));
    if (count > 0) total += static_cast<size_t>(count);
    if (count <= 0 || !fully || total == operation.size || unwanted(operation)) break;
    if (total < size) continue;
    // It tells no size (/proc), or has grown meanwhile.
    size = std::min(operation.size, size * 2);
    if (!grow_block(operation, size, total)) break;
  }
  // What was read before an error is not lost: the error comes again with the next read.
  operation.result = total > 0 || count >= 0 ? static_cast<int64_t>(total) : count;
  if (operation.result <= 0) give_block_back(operation);
}

// Ends a read to the end that failed: the descriptor goes back to where it was, so that the next read begins with what
// nobody has been given. What cannot be read again is the result all the same, and the error comes with the next read.
int64_t fail_read_to_end(int fd, int64_t position, const Block& block, size_t total, int64_t code,
                         Operation& operation) {
  const int64_t back = -static_cast<int64_t>(total);
  if (position >= 0 || total == 0 || platform::seek(fd, back, SEEK_CUR) >= 0) {
    BlockPool::instance().release(block);
    return code;
  }
  operation.data = block.data;
  operation.capacity = block.capacity;
  return static_cast<int64_t>(total);
}

// Reads until the end, growing as needed: sizes from fstat are a guess (/proc says 0, files grow and shrink).
int64_t read_to_end(int fd, int64_t position, int64_t expected, Operation& operation) {
  const size_t most = largest_result.load(std::memory_order_relaxed);
  if (expected > 0 && static_cast<size_t>(expected) > most) return UV_EFBIG;
  size_t wanted = expected > 0 ? static_cast<size_t>(expected) + 1 : kUnknownSize;
  Block block = BlockPool::instance().acquire(wanted);
  if (block.data == nullptr) return UV_ENOMEM;
  size_t total = 0;
  for (;;) {
    int64_t count = read_once(fd, block.data + total, std::min(block.capacity - total, kLook),
                              position < 0 ? kCurrent : position + static_cast<int64_t>(total));
    if (count == 0) break;
    if (count > 0) total += static_cast<size_t>(count);
    if (count > 0 && total > most) count = UV_EFBIG;
    if (count > 0 && unwanted(operation)) count = UV_ECANCELED;
    if (count > 0 && total == block.capacity) {
      const Block larger = BlockPool::instance().acquire(block.capacity * 2);
      if (larger.data != nullptr) {
        std::memcpy(larger.data, block.data, total);
        BlockPool::instance().release(block);
        block = larger;
      } else {
        count = UV_ENOMEM;
      }
    }
    if (count < 0) return fail_read_to_end(fd, position, block, total, count, operation);
  }
  operation.data = block.data;
  operation.capacity = block.capacity;
  return static_cast<int64_t>(total);
}

void perform_read_to_end(Operation& operation) {
  if (!seek_first(operation)) return;
  const int fd = operation.file->fd;
  FileKind kind;
  int64_t size = 0;
  const int described = platform::describe(fd, &kind, &size);
  if (described < 0) {
    operation.result = described;
    return;
  }
  const bool stateful = (operation.flags & kSeekFirst) != 0 || operation.position < 0;
  const int64_t start = stateful ? platform::seek(fd, 0, SEEK_CUR) : operation.position;
  const int64_t expected = kind == FileKind::kRegular && start >= 0 ? size - start : 0;
  operation.result = read_to_end(fd, stateful ? kCurrent : operation.position, expected, operation);
}

// Every byte, or an error with `extra` saying how many went out before it. `piece`: the most that one system call takes.
int64_t write_all(const Operation& operation, int fd, size_t piece, int64_t position,
                  int64_t* written) {
  size_t total = 0;
  int64_t code = 0;
  while (total < operation.size && code == 0) {
    const char* const data = operation.data + total;
    const size_t size = std::min(operation.size - total, piece);
    const int64_t count =
        position < 0 ? platform::write(fd, data, size)
                     : platform::pwrite(fd, data, size, position + static_cast<int64_t>(total));
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

void perform_write(Operation& operation) {
  operation.extra = 0;
  if (!seek_first(operation)) return;
  const int fd = operation.file->fd;
  const int64_t position = (operation.flags & kSeekFirst) != 0 ? kCurrent : operation.position;
  // One system call where it can be: others may append to the same file.
  operation.result = write_all(operation, fd, SIZE_MAX, position, &operation.extra);
  if (operation.result >= 0 && (operation.flags & kAppendTell) != 0) {
    operation.extra = platform::seek(fd, 0, SEEK_CUR);
  }
}

Performed perform_open(Operation& operation) {
  OperationDetails& details = *operation.details;
  int fd;
  if (details.flags == kAdoptDescriptor) {
    fd = static_cast<int>(operation.position);
    details.syscall = "fstat";
  } else {
    details.syscall = "open";
    fd = details.own.fd;
    details.own.fd = -1;
    if (fd < 0) fd = platform::open_now(details.path.c_str(), details.flags, details.mode);
    if (platform::lacks_reader(details.path.c_str(), details.flags, fd))
      return wait_to_open(operation);
  }
  if (fd < 0) {
    operation.result = fd;
    return Performed::kDone;
  }
  const bool adopted = details.flags == kAdoptDescriptor;
  int64_t size = 0;
  int status = platform::describe(fd, &details.kind, &size);
  // As Python: a directory is refused when it is opened, not when it is read.
  if (status == 0 && details.kind == FileKind::kDirectory) status = UV_EISDIR;
  if (status < 0) {
    if (!adopted) platform::close_file(fd);
    operation.result = status;
    return Performed::kDone;
  }
  const bool to_end = (operation.flags & kAppendTell) != 0;
  const int64_t position = platform::seek(fd, 0, to_end ? SEEK_END : SEEK_CUR);
  details.seekable = position >= 0;
  details.position = position >= 0 ? position : 0;
  details.stat.size = size;
  details.nonblocking = !adopted && is_polled(details.kind, details.seekable);
  if (!adopted && !details.nonblocking) platform::make_blocking(fd, details.flags);
  InlineIO::prepare(fd, details.kind, &details.inline_state);
  operation.result = fd;
  return Performed::kDone;
}

Performed perform_read_file(Operation& operation) {
  OperationDetails& details = *operation.details;
  if (details.own.polled) return polled_read_file(operation);
  details.syscall = "open";
  int fd = details.own.fd;
  details.own.fd = -1;
  if (fd < 0) fd = platform::open_now(details.path.c_str(), details.flags, 0);
  if (fd < 0) {
    operation.result = fd;
    return Performed::kDone;
  }
  details.syscall = "read";
  FileKind kind = FileKind::kOther;
  int64_t size = 0;
  int64_t result = platform::describe(fd, &kind, &size);
  if (result >= 0 && hold_if_polled(operation, fd, kind)) return polled_read_file(operation);
  if (result >= 0 && kind == FileKind::kRegular) InlineIO::learn_device(fd);
  if (result >= 0)
    result = read_to_end(fd, kCurrent, kind == FileKind::kRegular ? size : 0, operation);
  platform::close_file(fd);  // nothing was written: its error says nothing about what was read
  operation.result = result;
  return Performed::kDone;
}

// For a descriptor to be free, a moment.
Performed wait_for_descriptor(Operation& operation) {
  const uint32_t shortages = operation.details->shortages++;
  if (Poller::instance().start() == 0)
    return wait_for_turn(operation, kLookNs << std::min(shortages, 4u));
  // It would need descriptors itself to begin with: this thread rests, and others go before the operation.
  std::this_thread::sleep_for(std::chrono::nanoseconds(kLookNs));
  return Performed::kAgain;
}

Performed perform_write_file(Operation& operation, uint64_t slice_end_ns) {
  OperationDetails& details = *operation.details;
  if (details.own.polled) return polled_write_file(operation, slice_end_ns);
  operation.extra = 0;
  details.syscall = "open";
  const int fd = platform::open_now(details.path.c_str(), details.flags, details.mode);
  if (platform::lacks_reader(details.path.c_str(), details.flags, fd))
    return wait_to_open(operation);
  // The bytes are here already: the caller could not repeat the call with them.
  if ((fd == UV_EMFILE || fd == UV_ENFILE) && details.shortages < kMostLooks)
    return wait_for_descriptor(operation);
  if (fd < 0) {
    operation.result = fd;
    return Performed::kDone;
  }
  details.syscall = "write";
  FileKind kind = FileKind::kOther;
  int64_t size = 0;
  if (platform::describe(fd, &kind, &size) >= 0 && hold_if_polled(operation, fd, kind)) {
    return polled_write_file(operation, slice_end_ns);
  }
  const size_t piece = (details.flags & UV_FS_O_APPEND) != 0 ? SIZE_MAX : kLook;
  int64_t result = write_all(operation, fd, piece, kCurrent, &operation.extra);
  if (result >= 0 && details.sync_after_write) {
    const int synced = platform::sync(fd);
    if (synced < 0) {
      details.syscall = "fsync";
      result = synced;
    }
  }
  const int closed = platform::close_file(fd);
  if (closed < 0 && result >= 0) {
    details.syscall = "close";
    result = closed;
  }
  operation.result = result;
  return Performed::kDone;
}

Performed perform_task(Operation& operation, uint64_t slice_end_ns) {
  Task& task = *operation.details->task;
  if (task.cancelled()) {
    operation.result = UV_ECANCELED;
    return Performed::kDone;
  }
  const Step step = task.run(Slice(slice_end_ns));
  if (step == Step::kAgain) return Performed::kAgain;
  if (step == Step::kWaits)
    return wait_for_ready(operation, task.waits_for.fd, task.waits_for.for_write);
  operation.result = task.error ? task.error.code : (step == Step::kDone ? 0 : 1);
  return Performed::kDone;
}

}  // namespace

Performed perform(Operation& operation, uint64_t slice_end_ns) {
  if (waits_in_poller(operation)) return perform_polled(operation, slice_end_ns);
  const int fd = operation.file != nullptr ? operation.file->fd : -1;
  switch (operation.kind) {
    case OpKind::kRead:
      perform_read(operation);
      break;
    case OpKind::kReadToEnd:
      perform_read_to_end(operation);
      break;
    case OpKind::kWrite:
      perform_write(operation);
      break;
    case OpKind::kFstat:
      operation.result = platform::fstat(fd, &operation.details->stat);
      break;
    case OpKind::kTruncate:
      operation.result = platform::truncate(fd, operation.position);
      break;
    case OpKind::kSync:
      operation.result = platform::sync(fd);
      break;
    case OpKind::kDatasync:
      operation.result = platform::datasync(fd);
      break;
    case OpKind::kSeek:
      operation.result = platform::seek(fd, operation.position, static_cast<int>(operation.extra));
      operation.extra = 0;  // it was the whence, and is no count of bytes
      break;
    case OpKind::kClose:
      operation.result = operation.file->owned ? platform::close_file(fd) : 0;
      break;
    case OpKind::kOpen:
      platform::learn_mounts_if_wanted();
      return perform_open(operation);
    case OpKind::kStat:
      platform::learn_mounts_if_wanted();
      operation.result = platform::stat(operation.details->path.c_str(), &operation.details->stat);
      break;
    case OpKind::kLstat:
      platform::learn_mounts_if_wanted();
      operation.result = platform::lstat(operation.details->path.c_str(), &operation.details->stat);
      break;
    case OpKind::kReadFile:
      platform::learn_mounts_if_wanted();
      return perform_read_file(operation);
    case OpKind::kWriteFile:
      return perform_write_file(operation, slice_end_ns);
    case OpKind::kTask:
      return perform_task(operation, slice_end_ns);
  }
  return Performed::kDone;
}

}  // namespace uvfiles
