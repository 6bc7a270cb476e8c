#include "core/perform_polled.h"

#include <uv.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "core/clock.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"
#include "platform/readiness.h"

namespace uvfiles {

namespace {

constexpr size_t kFirstBlock = 16 * 1024;
constexpr size_t kLook = 1024 * 1024;  // the most that is read between two looks at `unwanted`
constexpr uint64_t kTerminalLookNs = 100 * 1000 * 1000;
constexpr uint64_t kFirstLookNs = 1000 * 1000;
constexpr uint64_t kLongestLookNs = 50 * 1000 * 1000;

void may_wait(Operation& operation) {
  if (!operation.poll) operation.poll = std::make_unique<PollState>();
}

Performed waits(Operation& operation, int fd, bool for_write) {
  operation.poll->waiter.fd = fd;
  operation.poll->waiter.for_write = for_write;
  operation.poll->waiter.due_ns = 0;
  operation.poll->counts_as_waiting = false;
  return Performed::kWaits;
}

Performed waits_until(Operation& operation, uint64_t due_ns) {
  const Performed performed = waits(operation, -1, true);
  operation.poll->waiter.due_ns = due_ns;
  return performed;
}

void give_block_back(Operation& operation) {
  if (operation.capacity != 0) BlockPool::instance().release({operation.data, operation.capacity});
  operation.data = nullptr;
  operation.capacity = 0;
}

// Memory for at least `size` bytes, with the bytes so far at its start.
bool take_block(Operation& operation, size_t size) {
  if (operation.capacity >= size && operation.capacity != 0) return true;
  const Block block = BlockPool::instance().acquire(size);
  if (block.data == nullptr) return false;
  if (operation.poll->done > 0) std::memcpy(block.data, operation.data, operation.poll->done);
  give_block_back(operation);
  operation.data = block.data;
  operation.capacity = block.capacity;
  return true;
}

Performed polled_read(Operation& operation) {
  const OpenFile& file = *operation.file;
  operation.result = 0;
  if (operation.size == 0) return Performed::kDone;
  // Asked before memory is taken: many reads may wait at once.
  if (!platform::is_ready(file.fd, false)) return waits(operation, file.fd, false);
  if (!take_block(operation, operation.size)) {
    operation.result = UV_ENOMEM;
    return Performed::kDone;
  }
  operation.result = platform::read_now(file, operation.data, operation.size);
  if (operation.result > 0) return Performed::kDone;
  give_block_back(operation);
  return operation.result == UV_EAGAIN ? waits(operation, file.fd, false) : Performed::kDone;
}

Performed polled_read_to_end(Operation& operation, const OpenFile& file) {
  for (;;) {
    if (operation.poll->done == 0 && !platform::is_ready(file.fd, false))
      return waits(operation, file.fd, false);
    const size_t wanted = std::max(operation.poll->done * 2, kFirstBlock);
    const bool room = operation.poll->done < operation.capacity || take_block(operation, wanted);
    const int64_t count =
        room ? platform::read_now(file, operation.data + operation.poll->done,
                                  std::min(operation.capacity - operation.poll->done, kLook))
             : int64_t{UV_ENOMEM};
    if (count > 0) {
      operation.poll->done += static_cast<size_t>(count);
      if (!unwanted(operation)) continue;
    }
    if (count == UV_EAGAIN) {
      if (operation.poll->done == 0) give_block_back(operation);
      return waits(operation, file.fd, false);
    }
    // What was read before an error is not lost: the error comes again with the next read.
    operation.result =
        operation.poll->done > 0 ? static_cast<int64_t>(operation.poll->done) : count;
    if (operation.result <= 0) give_block_back(operation);
    return Performed::kDone;
  }
}

Performed polled_write(Operation& operation, const OpenFile& file, uint64_t slice_end_ns) {
  operation.result = static_cast<int64_t>(operation.size);
  while (operation.poll->done < operation.size) {
    const int64_t count = platform::write_now(file, operation.data + operation.poll->done,
                                              operation.size - operation.poll->done);
    if (count == UV_EAGAIN) {
      const Performed performed = waits(operation, file.fd, true);
      // A pseudo terminal tells of new room only where it had throttled its writer: looked at again now and then.
      if (file.kind == FileKind::kCharacter)
        operation.poll->waiter.due_ns = now_ns() + kTerminalLookNs;
      return performed;
    }
    if (count <= 0) {
      operation.result = count < 0 ? count : int64_t{UV_EIO};
      break;
    }
    operation.poll->done += static_cast<size_t>(count);
    // A reader that keeps up must not cost a pool thread for as long as it does.
    if (operation.poll->done < operation.size && now_ns() >= slice_end_ns) return Performed::kAgain;
  }
  operation.extra = static_cast<int64_t>(operation.poll->done);
  return Performed::kDone;
}

int close_own(OperationDetails& details) {
  const int fd = details.own.fd;
  details.own = OpenFile();
  return fd < 0 ? 0 : platform::close_file(fd);
}

}  // namespace

bool waits_in_poller(const Operation& operation) {
  if (operation.file == nullptr || !operation.file->polled || operation.position >= 0) return false;
  return operation.kind == OpKind::kRead || operation.kind == OpKind::kReadToEnd ||
         operation.kind == OpKind::kWrite;
}

Performed perform_polled(Operation& operation, uint64_t slice_end_ns) {
  may_wait(operation);
  if (operation.kind == OpKind::kRead) return polled_read(operation);
  if (operation.kind == OpKind::kReadToEnd) return polled_read_to_end(operation, *operation.file);
  const Performed performed = polled_write(operation, *operation.file, slice_end_ns);
  if (performed == Performed::kDone && operation.result >= 0 &&
      (operation.flags & kAppendTell) != 0) {
    operation.extra =
        platform::seek(operation.file->fd, 0, SEEK_CUR);  // there is none, which JavaScript expects
  }
  return performed;
}

// inotify could tell of the reader, at the price of a watch a path; looking is cheap (an open that fails).
Performed wait_to_open(Operation& operation) {
  uint32_t& attempts = operation.details->attempts;
  const uint64_t pause = std::min(kFirstLookNs << std::min(attempts, 10u), kLongestLookNs);
  attempts++;
  may_wait(operation);
  return waits_until(operation, now_ns() + pause);
}

Performed wait_for_ready(Operation& operation, int fd, bool for_write) {
  may_wait(operation);
  return waits(operation, fd, for_write);
}

Performed wait_for_turn(Operation& operation, uint64_t pause) {
  may_wait(operation);
  waits_until(operation, now_ns() + pause);
  operation.poll->counts_as_waiting = true;
  return Performed::kWaits;
}

bool hold_if_polled(Operation& operation, int fd, FileKind kind) {
  const bool seekable = kind != FileKind::kCharacter || platform::seek(fd, 0, SEEK_CUR) >= 0;
  if (!is_polled(kind, seekable)) return false;
  may_wait(operation);
  OpenFile& own = operation.details->own;
  own = OpenFile();
  own.fd = fd;
  own.kind = kind;
  own.polled = own.nonblocking = true;
  return true;
}

Performed polled_read_file(Operation& operation) {
  OperationDetails& details = *operation.details;
  const Performed performed = polled_read_to_end(operation, details.own);
  if (performed == Performed::kDone) close_own(details);
  return performed;
}

Performed polled_write_file(Operation& operation, uint64_t slice_end_ns) {
  OperationDetails& details = *operation.details;
  const Performed performed = polled_write(operation, details.own, slice_end_ns);
  if (performed != Performed::kDone) return performed;
  const int closed = close_own(details);
  if (closed < 0 && operation.result >= 0) {
    details.syscall = "close";
    operation.result = closed;
  }
  return performed;
}

void give_up(Operation& operation, int code, bool keep_bytes) {
  operation.result = code;
  const bool reads = operation.kind == OpKind::kRead || operation.kind == OpKind::kReadToEnd;
  if (reads && keep_bytes && bytes_done(operation) > 0)
    operation.result = static_cast<int64_t>(bytes_done(operation));
  if (operation.kind == OpKind::kWrite || operation.kind == OpKind::kWriteFile) {
    operation.extra = static_cast<int64_t>(bytes_done(operation));
  }
  if (operation.details != nullptr) close_own(*operation.details);
}

}  // namespace uvfiles
