// Delivers finished operations to JavaScript: packs records and chunks, and makes one call for many operations.
#include <cstdio>
#include <cstring>

#include "binding/environment.h"
#include "binding/paths.h"
#include "platform/file_system.h"

namespace uvfiles {

namespace {

bool HandsOverBytes(const Operation& operation) {
  if ((operation.flags & kBorrowed) != 0) return false;  // JavaScript has that memory
  switch (operation.kind) {
    case OpKind::kRead:
    case OpKind::kReadToEnd:
    case OpKind::kReadFile:
      return operation.result > 0;
    default:
      return false;
  }
}

// The output of a failed task is what its error names: syscall NUL path NUL dest. Packing twice does no harm.
void PackError(Task* task) {
  task->output.assign(task->error.syscall);
  task->output.push_back('\0');
  task->output.append(task->error.path);
  task->output.push_back('\0');
  task->output.append(task->error.dest);
  task->FreeBlock();
}

// There is no memory for the chunk that would tell JavaScript of a new descriptor. The task keeps it, and closes it.
void RefuseOpened(Operation* operation) {
  Task* const task = operation->details->task;
  if (operation->result < 0 || task->opened < 0) return;
  operation->result = task->error.code = UV_ENOMEM;
  task->error.syscall = "open";
}

// The bytes of a stateful read cannot be delivered. If the file has positions, the next read gets them.
void PutBack(const Operation& operation, const OpenFile* file, int64_t bytes) {
  const bool stateful = operation.position < 0 || (operation.flags & kSeekFirst) != 0;
  if (stateful && file != nullptr && !file->closing && !file->polled)
    platform::Seek(file->fd, -bytes, SEEK_CUR);
}

size_t OutputSize(const Task& task) {
  return task.block.data != nullptr ? task.block_size : task.output.size();
}

}  // namespace

void Environment::Deliver(void* context, Operation* finished) {
  Environment* const self = static_cast<Environment*>(context);
  const Napi::HandleScope scope(self->env);
  napi_callback_scope callback_scope = nullptr;
  // A worker that was terminated as it opened its environment has no context.
  const bool scoped = self->async_context_ != nullptr &&
                      napi_open_callback_scope(self->env, self->resource_.Value(),
                                               self->async_context_, &callback_scope) == napi_ok;
  bool may_go_on = scoped;
  while (finished != nullptr && may_go_on) finished = self->DeliverGroup(finished, &may_go_on);
  if (may_go_on) self->RefillResults();
  // The environment is being torn down: there is no JavaScript left to call.
  while (finished != nullptr) {
    Operation* const after = finished->next;
    Discard(self, finished);
    finished = after;
  }
  // Promises' callbacks run as the scope closes: nothing of this delivery is in use then.
  self->dispatcher.EndDelivery();
  if (scoped) napi_close_callback_scope(self->env, callback_scope);
  // The callbacks of the promises have run by now, so their submissions count.
  self->LetGoWhenIdle();
}

// Tells JavaScript of as many operations as fit into one chunk of bytes, one external buffer and the records.
// `short_of_memory`: there is none for a chunk, so each result in a block becomes an external buffer.
Operation* Environment::DeliverGroup(Operation* finished, bool* may_go_on, bool short_of_memory) {
  const Napi::HandleScope scope(env);
  size_t chunk_size = 0;
  Operation* end = finished;
  Operation* large = nullptr;
  ResultMemory* placed = nullptr;  // the chunk of this group, which has its results already
  int doubles = 0;
  int results = 0;       // in the chunk
  size_t delivered = 0;  // bytes of these results
  for (; end != nullptr; end = end->next) {
    size_t bytes = 0;
    bool is_large = false;
    if (HandsOverBytes(*end) && (end->flags & kKeepBlock) == 0) {
      bytes = static_cast<size_t>(end->result);
      is_large = (end->memory != nullptr ? end->memory->capacity : bytes) > BlockPool::kSmall;
    } else if (end->kind == OpKind::kTask) {
      if (short_of_memory) RefuseOpened(end);
      if (end->result < 0) PackError(end->details->task);
      bytes = OutputSize(*end->details->task);
      is_large = bytes > BlockPool::kSmall;
    }
    if (short_of_memory && bytes > 0 && end->memory == nullptr) is_large = true;
    if (doubles + kRecordHeader + kMaxPayload > kRecordDoubles) break;
    if (is_large && large != nullptr) break;
    const bool in_place =
        bytes > 0 && !is_large && end->kind != OpKind::kTask && end->memory != nullptr;
    if (in_place && (chunk_size > 0 || (placed != nullptr && placed != end->memory))) break;
    if (!in_place && !is_large && bytes > 0 && placed != nullptr) break;
    if (!is_large && chunk_size > 0 && chunk_size + bytes > BlockPool::kSmall) break;
    if (is_large) {
      large = end;
    } else if (in_place) {
      placed = end->memory;
    } else {
      chunk_size +=
          (bytes + 7) & ~size_t{7};  // aligned, so that the bytes can be viewed as wider elements
    }
    if (bytes > 0 && !is_large) {
      results++;
      delivered += bytes;
    }
    doubles += kRecordHeader + kMaxPayload;
  }
  // No result may take away the memory of the others by being transferred. Those of one
  // ResultMemory may come in several groups.
  const bool shared = results > 1 || (placed != nullptr && placed->users > 1);

  napi_value callback_arguments[4];
  char* chunk = nullptr;
  napi_get_undefined(env, &callback_arguments[1]);
  callback_arguments[2] = callback_arguments[1];
  if (placed != nullptr) {
    napi_get_reference_value(env, static_cast<napi_ref>(placed->handle), &callback_arguments[1]);
  } else if (chunk_size > 0) {
    void* data = nullptr;
    if (!MakeBuffer(chunk_size, &data, &callback_arguments[1])) {
      if (!short_of_memory) return DeliverGroup(finished, may_go_on, true);
      *may_go_on = false;
      return finished;
    }
    chunk = static_cast<char*>(data);
  }
  if (results > 1) shared_memory_pacer_.GaveOut(delivered);

  deferred_.clear();
  size_t offset = 0;
  int at = 0;
  uint32_t count = 0;
  while (finished != end) {
    Operation* const operation = finished;
    finished = finished->next;
    count++;
    const OpenFile* const file = operation->file;
    SettleFile(operation);
    if (operation->kind == OpKind::kTask) {
      Task* const task = operation->details->task;
      const size_t size = OutputSize(*task);
      if (operation == large) {
        if (!HandOverOutput(task, &callback_arguments[2])) operation->result = UV_ENOMEM;
        at = WriteRecord(operation, at, Tag::kTaskExternal, 0, 0);
      } else {
        const char* const from =
            task->block.data != nullptr ? task->block.data : task->output.data();
        if (size > 0) std::memcpy(chunk + offset, from, size);
        int& opened = task->opened;
        const bool opens = operation->result >= 0 && opened >= 0;
        at = WriteRecord(operation, at, opens ? Tag::kTaskOpened : Tag::kTaskChunk,
                         static_cast<double>(offset), static_cast<double>(size));
        if (opens) {
          OpenFile* const file = files.Add(opened, true, task->opened_kind);
          file->inline_state = task->opened_state;
          file->polled = file->nonblocking = task->opened_polled;
          task->opened_state = InlineState();
          records[at++] = file->id;
          records[at++] = opened;
          opened = -1;
        }
        offset += (size + 7) & ~size_t{7};
        task->output.clear();
        task->FreeBlock();
      }
      operation->details->task_owner->Settled(operation->result <= 0);
    } else if (HandsOverBytes(*operation)) {
      const size_t bytes = static_cast<size_t>(operation->result);
      if ((operation->flags & kKeepBlock) != 0) {
        at = WriteRecord(operation, at, Tag::kDeferred, static_cast<double>(deferred_.size()), 0);
        deferred_.push_back({{operation->data, operation->capacity}, bytes, operation->size});
        operation->data = nullptr;
        operation->capacity = 0;
      } else if (operation->memory != nullptr) {
        const bool whole = operation == large;
        if (whole) {
          napi_get_reference_value(env, static_cast<napi_ref>(operation->memory->handle),
                                   &callback_arguments[2]);
        }
        at = WriteRecord(operation, at, whole ? Tag::kExternal : Tag::kChunk,
                         static_cast<double>(operation->data - operation->memory->data), 0);
      } else if (operation == large) {
        Block block = {operation->data, operation->capacity};
        const bool handed_over = HandOverBlock(&block, bytes, &callback_arguments[2]);
        operation->data = block.data;
        operation->capacity = block.capacity;
        if (handed_over) {
          at = WriteRecord(operation, at, Tag::kExternal, 0, 0);
        } else {
          PutBack(*operation, file, operation->result);
          operation->result = UV_ENOMEM;
          at = WriteRecord(operation, at, Tag::kFailed, 0, 0);
        }
      } else {
        std::memcpy(chunk + offset, operation->data, bytes);
        at = WriteRecord(operation, at, Tag::kChunk, static_cast<double>(offset), 0);
        offset += (bytes + 7) & ~size_t{7};
      }
    } else {
      at = WritePayload(operation, at);
    }
    FreeData(operation);
    Recycle(operation);
  }

  napi_create_uint32(env, count, &callback_arguments[0]);
  napi_value undefined;
  napi_get_undefined(env, &undefined);
  napi_get_boolean(env, shared, &callback_arguments[3]);
  const napi_status status =
      napi_call_function(env, undefined, complete_.Value(), 4, callback_arguments, nullptr);
  for (const Deferred& deferred : deferred_) stash_.Release(deferred.block);
  stash_.Flush();
  deferred_.clear();
  if (status == napi_pending_exception) {
    napi_value exception;
    // Settling never throws. If it does, ignoring the exception would lose promises silently.
    if (napi_get_and_clear_last_exception(env, &exception) == napi_ok)
      napi_fatal_exception(env, exception);
  }
  if (status != napi_ok && status != napi_pending_exception) *may_go_on = false;
  return finished;
}

int Environment::WriteRecord(Operation* operation, int at, Tag tag, double value, double extra) {
  slots_[operation->slot] = nullptr;
  records[at] = operation->slot;
  records[at + 1] = static_cast<double>(operation->result);
  records[at + 2] = static_cast<int>(tag);
  records[at + 3] = value;
  records[at + 4] = extra;
  return at + kRecordHeader;
}

int Environment::WritePayload(Operation* operation, int at) {
  OperationDetails* const details = operation->details;
  if (operation->result < 0) {
    return WriteRecord(operation, at, Tag::kFailed,
                       details == nullptr ? 0 : SyscallNumber(details->syscall),
                       static_cast<double>(operation->extra));
  }
  switch (operation->kind) {
    case OpKind::kStat:
    case OpKind::kLstat:
    case OpKind::kFstat: {
      at = WriteRecord(operation, at, Tag::kStat, 0, 0);
      PutStatus(details->stat, (operation->flags & kBigInt) != 0, &records[at]);
      return at + StatRecord::kFields;
    }
    case OpKind::kOpen: {
      const bool owned = operation->size == 0;
      OpenFile* const file = files.Add(static_cast<int>(operation->result), owned, details->kind);
      file->inline_state = details->inline_state;
      file->polled = IsPolled(details->kind, details->seekable);
      file->nonblocking = details->nonblocking;
      at = WriteRecord(operation, at, Tag::kOpened, 0,
                       static_cast<double>(file->inline_state.access));
      records[at] = file->id;
      records[at + 1] = static_cast<int>(details->kind);
      records[at + 2] = details->seekable ? 1 : 0;
      records[at + 3] = static_cast<double>(details->position);
      records[at + 4] = static_cast<double>(details->stat.size);
      return at + 5;
    }
    case OpKind::kSeek:
      // Positions beyond 2^53 travel exactly in `extra`, as the same eight bytes.
      at = WriteRecord(operation, at, Tag::kPlain, 0, 0);
      std::memcpy(&records[at - 1], &operation->result, sizeof operation->result);
      return at;
    default:
      return WriteRecord(operation, at, Tag::kPlain, 0, static_cast<double>(operation->extra));
  }
}

// The operation no longer holds its file open. After the last one, a close that waits begins.
void Environment::SettleFile(Operation* operation) {
  OpenFile* const file = operation->file;
  if (file == nullptr) return;
  operation->file = nullptr;
  file->in_flight--;
  if (operation->kind == OpKind::kClose) {
    files.Remove(file);
  } else if (file->in_flight == 0 && file->close_operation != nullptr) {
    Operation* const close = file->close_operation;
    file->close_operation = nullptr;
    dispatcher.Submit(close);
    file->in_flight++;
  }
}

bool Environment::CopyDeferred(size_t index, void* to, size_t size) {
  if (index >= deferred_.size() || size != deferred_[index].asked) return false;
  std::memcpy(to, deferred_[index].block.data, deferred_[index].bytes);
  return true;
}

double Environment::CopyLate(size_t index, void* to, size_t size) {
  if (index >= deferred_.size()) return 0;
  const Deferred& deferred = deferred_[index];
  if (size > 0) std::memcpy(to, deferred.block.data, size < deferred.bytes ? size : deferred.bytes);
  return static_cast<double>(deferred.asked);
}

}  // namespace uvfiles
