#include "core/perform_polled.h"

#include <uv.h>

#include <algorithm>
#include <cstdio>

#include "core/clock.h"
#include "core/operation_block.h"
#include "core/read_to_end.h"
#include "platform/file_system.h"
#include "platform/nonblocking.h"
#include "platform/readiness.h"

namespace uvfiles {

namespace {

constexpr size_t kFirstBlock = 16 * 1024;
constexpr uint64_t kTerminalLookNs = 100 * 1000 * 1000;
constexpr uint64_t kFirstLookNs = 1000 * 1000;
constexpr uint64_t kLongestLookNs = 50 * 1000 * 1000;

void MayWait(Operation& operation) {
  if (!operation.poll) operation.poll = std::make_unique<PollState>();
}

Performed Waits(Operation& operation, int fd, bool for_write) {
  operation.poll->waiter.fd = fd;
  operation.poll->waiter.for_write = for_write;
  operation.poll->waiter.due_ns = 0;
  operation.poll->counts_as_waiting = false;
  return Performed::kWaits;
}

Performed WaitsUntil(Operation& operation, uint64_t due_ns) {
  const Performed performed = Waits(operation, -1, true);
  operation.poll->waiter.due_ns = due_ns;
  return performed;
}

// Memory for at least `size` bytes, with the bytes so far at its start.
bool HasRoom(Operation& operation, size_t size) {
  if (operation.capacity >= size && operation.capacity != 0) return true;
  return GrowBlock(operation, size, operation.poll->done);
}

Performed PolledRead(Operation& operation) {
  const OpenFile& file = *operation.file;
  operation.result = 0;
  if (operation.size == 0) return Performed::kDone;
  // Checked before memory is allocated, because many reads may wait at once.
  if (!platform::IsReady(file.fd, false)) return Waits(operation, file.fd, false);
  if (!HasRoom(operation, operation.size)) {
    operation.result = UV_ENOMEM;
    return Performed::kDone;
  }
  operation.result = platform::ReadNow(file, operation.data, operation.size);
  if (operation.result > 0) return Performed::kDone;
  GiveBlockBack(operation);
  return operation.result == UV_EAGAIN ? Waits(operation, file.fd, false) : Performed::kDone;
}

Performed PolledReadToEnd(Operation& operation, const OpenFile& file) {
  for (;;) {
    if (operation.poll->done == 0 && !platform::IsReady(file.fd, false))
      return Waits(operation, file.fd, false);
    const size_t wanted = std::max(operation.poll->done * 2, kFirstBlock);
    const bool room = operation.poll->done < operation.capacity || HasRoom(operation, wanted);
    int64_t count = UV_ENOMEM;
    if (room) {
      char* const to = operation.data + operation.poll->done;
      const size_t size = std::min(operation.capacity - operation.poll->done, kLook);
      // Bytes have come, so there has been a writer. If it went before this descriptor was opened, poll does not report that.
      const bool had_writer = operation.poll->done > 0 && file.nonblocking;
      count = had_writer ? platform::Read(file.fd, to, size) : platform::ReadNow(file, to, size);
    }
    if (count > 0) {
      operation.poll->done += static_cast<size_t>(count);
      if (!Unwanted(operation)) continue;
    }
    if (count == UV_EAGAIN) {
      if (operation.poll->done == 0) GiveBlockBack(operation);
      return Waits(operation, file.fd, false);
    }
    // What was read before an error is not lost: the error comes again with the next read.
    operation.result =
        operation.poll->done > 0 ? static_cast<int64_t>(operation.poll->done) : count;
    if (operation.result <= 0) GiveBlockBack(operation);
    return Performed::kDone;
  }
}

Performed PolledWrite(Operation& operation, const OpenFile& file, uint64_t slice_end_ns) {
  operation.result = static_cast<int64_t>(operation.size);
  while (operation.poll->done < operation.size) {
    const int64_t count = platform::WriteNow(file, operation.data + operation.poll->done,
                                             operation.size - operation.poll->done);
    if (count == UV_EAGAIN) {
      const Performed performed = Waits(operation, file.fd, true);
      // A pseudo terminal reports new room only if it had throttled its writer. So it is checked now and then.
      if (file.kind == FileKind::kCharacter)
        operation.poll->waiter.due_ns = NowNs() + kTerminalLookNs;
      return performed;
    }
    if (count <= 0) {
      operation.result = count < 0 ? count : int64_t{UV_EIO};
      break;
    }
    operation.poll->done += static_cast<size_t>(count);
    // A reader that keeps up must not occupy a pool thread all the time.
    if (operation.poll->done < operation.size && NowNs() >= slice_end_ns) return Performed::kAgain;
  }
  operation.extra = static_cast<int64_t>(operation.poll->done);
  return Performed::kDone;
}

int CloseOwn(OperationDetails& details) {
  const int fd = details.own.fd;
  details.own = OpenFile();
  return fd < 0 ? 0 : platform::CloseFile(fd);
}

}  // namespace

bool WaitsInPoller(const Operation& operation) {
  if (operation.file == nullptr || !operation.file->polled || operation.position >= 0) return false;
  return operation.kind == OpKind::kRead || operation.kind == OpKind::kReadToEnd ||
         operation.kind == OpKind::kWrite;
}

Performed PerformPolled(Operation& operation, uint64_t slice_end_ns) {
  MayWait(operation);
  if (operation.kind == OpKind::kRead) return PolledRead(operation);
  if (operation.kind == OpKind::kReadToEnd) return PolledReadToEnd(operation, *operation.file);
  const Performed performed = PolledWrite(operation, *operation.file, slice_end_ns);
  if (performed == Performed::kDone && operation.result >= 0 &&
      (operation.flags & kAppendTell) != 0) {
    operation.extra =
        platform::Seek(operation.file->fd, 0, SEEK_CUR);  // there is none, which JavaScript expects
  }
  return performed;
}

// inotify could report the reader, but needs one watch per path. An open that fails is cheap.
Performed WaitToOpen(Operation& operation) {
  uint32_t& attempts = operation.details->attempts;
  const uint64_t pause = std::min(kFirstLookNs << std::min(attempts, 10u), kLongestLookNs);
  attempts++;
  MayWait(operation);
  return WaitsUntil(operation, NowNs() + pause);
}

Performed WaitForReady(Operation& operation, int fd, bool for_write) {
  MayWait(operation);
  return Waits(operation, fd, for_write);
}

Performed WaitForTurn(Operation& operation, uint64_t pause) {
  MayWait(operation);
  WaitsUntil(operation, NowNs() + pause);
  operation.poll->counts_as_waiting = true;
  return Performed::kWaits;
}

bool HoldIfPolled(Operation& operation, int fd, FileKind kind) {
  const bool seekable = kind != FileKind::kCharacter || platform::Seek(fd, 0, SEEK_CUR) >= 0;
  if (!IsPolled(kind, seekable)) return false;
  MayWait(operation);
  OpenFile& own = operation.details->own;
  own = OpenFile();
  own.fd = fd;
  own.kind = kind;
  own.polled = own.nonblocking = true;
  return true;
}

Performed PolledReadFile(Operation& operation) {
  OperationDetails& details = *operation.details;
  const Performed performed = PolledReadToEnd(operation, details.own);
  if (performed == Performed::kDone) CloseOwn(details);
  return performed;
}

Performed PolledWriteFile(Operation& operation, uint64_t slice_end_ns) {
  OperationDetails& details = *operation.details;
  const Performed performed = PolledWrite(operation, details.own, slice_end_ns);
  if (performed != Performed::kDone) return performed;
  const int closed = CloseOwn(details);
  if (closed < 0 && operation.result >= 0) {
    details.syscall = "close";
    operation.result = closed;
  }
  return performed;
}

void GiveUp(Operation& operation, int code, bool keep_bytes) {
  operation.result = code;
  const bool reads = operation.kind == OpKind::kRead || operation.kind == OpKind::kReadToEnd;
  if (reads && keep_bytes && BytesDone(operation) > 0)
    operation.result = static_cast<int64_t>(BytesDone(operation));
  if (operation.kind == OpKind::kWrite || operation.kind == OpKind::kWriteFile) {
    operation.extra = static_cast<int64_t>(BytesDone(operation));
  }
  if (operation.details != nullptr) CloseOwn(*operation.details);
}

}  // namespace uvfiles
