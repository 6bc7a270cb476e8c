// The functions on the hot path: each takes its numbers from the shared `arguments` array and leaves its status
// there, so that a submission is one Node-API call with no value to convert beyond a path or a buffer.
#include <cstring>

#include "binding/environment.h"
#include "binding/paths.h"
#include "platform/file_system.h"

namespace uvfiles {

namespace {

// Larger reads often ask for far more than there is: their memory is allocated when the size is known.
constexpr size_t kLargestPlaced = 8u << 20;

// Takes the bytes of a Uint8Array: a copy, or the address itself for memory that was handed over.
bool TakeBytes(napi_env env, napi_value value, Operation* operation) {
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, nullptr, &length, &data, nullptr, nullptr) != napi_ok)
    return false;
  operation->size = length;
  if ((operation->flags & kBorrowed) != 0) {
    operation->data = static_cast<char*>(data);
    return true;
  }
  const Block block = BlockPool::Instance().Acquire(length);
  if (block.data == nullptr) return false;
  if (length > 0) std::memcpy(block.data, data, length);
  operation->data = block.data;
  operation->capacity = block.capacity;
  return true;
}

// Finds the operation's file. A file that is closing takes no more operations.
bool HoldFile(Environment* environment, Operation* operation) {
  OpenFile* const file =
      environment->files.Find(static_cast<uint32_t>(environment->arguments[kFile]));
  if (file == nullptr || file->closing) {
    environment->Refuse(operation, UV_EBADF);
    return false;
  }
  operation->file = file;
  return true;
}

OpKind KindIn(const double* arguments) {
  return static_cast<OpKind>(static_cast<int>(arguments[kKind]));
}

// The operation in the slot that is the call's first value, or null.
Operation* InSlot(napi_env env, const Call<1>& call) {
  uint32_t slot = 0;
  napi_get_value_uint32(env, call.values[0], &slot);
  return call.environment->InSlot(slot);
}

// Takes the details of an operation on a path from the shared arguments. Null if it is not a path:
// the operation has been refused then.
OperationDetails* TakePath(napi_env env, napi_value path, Environment* environment,
                           Operation* operation) {
  OperationDetails* const details = environment->AttachDetails(operation);
  details->flags = static_cast<int>(environment->arguments[kOpenFlags]);
  details->mode = static_cast<int>(environment->arguments[kMode]);
  if (ReadPath(env, path, &details->path)) return details;
  environment->Refuse(operation, UV_EINVAL);
  return nullptr;
}

// read, fstat, truncate, sync, seek, close: everything about an open file that carries no bytes.
napi_value SubmitFile(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  Operation* const operation = environment->Begin(KindIn(environment->arguments));
  if (!HoldFile(environment, operation)) return nullptr;
  switch (operation->kind) {
    case OpKind::kRead:
      if (operation->size > BlockPool::kSmall && operation->size <= kLargestPlaced &&
          (operation->flags & kKeepBlock) == 0 && !operation->file->polled) {
        environment->GiveResult(operation);
      }
      break;
    case OpKind::kFstat:
      environment->AttachDetails(operation);
      break;
    case OpKind::kSeek:
      operation->extra = static_cast<int64_t>(environment->arguments[kWhence]);
      break;
    case OpKind::kClose:
      environment->SubmitClose(operation);
      return nullptr;
    default:
      break;
  }
  environment->Submit(operation);
  return nullptr;
}

// A write, or a read into transferred memory. JavaScript keeps that memory alive, and unreachable for the program, until the
// operation is done.
napi_value SubmitBytes(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  Environment* const environment = call.environment;
  Operation* const operation = environment->Begin(KindIn(call.arguments));
  if (!HoldFile(environment, operation)) return nullptr;
  if (TakeBytes(env, call.values[0], operation)) {
    environment->Submit(operation);
  } else {
    environment->Refuse(operation, UV_ENOMEM);
  }
  return nullptr;
}

// open, stat, lstat, read of a whole file.
napi_value SubmitPath(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  Environment* const environment = call.environment;
  Operation* const operation = environment->Begin(KindIn(call.arguments));
  OperationDetails* const details = TakePath(env, call.values[0], environment, operation);
  if (details == nullptr) return nullptr;
  if (operation->kind == OpKind::kOpen || operation->kind == OpKind::kReadFile) {
    details->own.fd = environment->inline_io.TakeOpened(details->path, details->flags);
  }
  environment->Submit(operation);
  return nullptr;
}

napi_value SubmitWriteFile(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  Environment* const environment = call.environment;
  Operation* const operation = environment->Begin(OpKind::kWriteFile);
  OperationDetails* const details = TakePath(env, call.values[0], environment, operation);
  if (details == nullptr) return nullptr;
  if (TakeBytes(env, call.values[1], operation)) {
    environment->Submit(operation);
  } else {
    environment->Refuse(operation, UV_ENOMEM);
  }
  return nullptr;
}

struct CopyCall : Call<2> {
  uint32_t index = UINT32_MAX;
  void* data = nullptr;
  size_t length = 0;
  CopyCall(napi_env env, napi_callback_info info) : Call(env, info) {
    if (napi_get_typedarray_info(env, values[1], nullptr, &length, &data, nullptr, nullptr) ==
        napi_ok)
      napi_get_value_uint32(env, values[0], &index);
  }
};

// copyOut(index, view): copies the bytes of a finished readinto into its view. Valid only within `complete`. False, without
// a copy, if the view's length has changed since the call because it was detached or resized.
napi_value CopyOut(napi_env env, napi_callback_info info) {
  const CopyCall to(env, info);
  napi_value copied;
  napi_get_boolean(env, to.environment->CopyDeferred(to.index, to.data, to.length), &copied);
  return copied;
}

// copyLate(index, view): copies the same bytes into a view of exactly their length. Returns the length of the view at
// the call.
napi_value CopyLate(napi_env env, napi_callback_info info) {
  const CopyCall to(env, info);
  return NumberOf(env, to.environment->CopyLate(to.index, to.data, to.length));
}

// cancel(slot): 0 if it was queued and makes no system call, 1 if it is running, 2 if it is finished.
napi_value Cancel(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  Operation* const operation = InSlot(env, call);
  CancelResult result = CancelResult::kFinished;
  if (operation != nullptr) result = call.environment->dispatcher.Cancel(operation);
  return NumberOf(env, static_cast<int>(result));
}

// finishNow(slot): for exit. Cancels the operation if it has not begun, else waits for it. Returns its result;
// arguments[kSize] gets the number of bytes that a failed write has written.
napi_value FinishNow(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  Operation* const operation = InSlot(env, call);
  call.arguments[kSize] = 0;
  if (operation == nullptr) return NumberOf(env, UV_ECANCELED);
  call.environment->dispatcher.FinishNow(operation);
  call.arguments[kSize] = static_cast<double>(operation->extra);
  return NumberOf(env, static_cast<double>(operation->result));
}

// stopWaiting(): from now on, reads on arguments[kFile] return what is there, or fail. They do not wait.
napi_value StopWaiting(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  OpenFile* const file =
      environment->files.Find(static_cast<uint32_t>(environment->arguments[kFile]));
  if (file != nullptr) environment->dispatcher.StopWaiting(file);
  return nullptr;
}

// adoptNow(): makes an open file of descriptor arguments[kPosition], which it does not own. Answers in kStatus, kFile, kMode
// (its kind), kWhence (seekable), kPosition and kSize. It does not wait for a file server: the kernel itself knows these.
napi_value AdoptNow(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  double* const arguments = environment->arguments;
  const int fd = static_cast<int>(arguments[kPosition]);
  FileKind kind = FileKind::kOther;
  int64_t size = 0;
  const int status = platform::DescribeNow(fd, &kind, &size);
  arguments[kStatus] = status;
  if (status < 0) return nullptr;
  const int64_t position = platform::Seek(fd, 0, SEEK_CUR);
  OpenFile* const file = environment->files.Add(fd, false, kind);
  environment->Hold();
  file->polled = IsPolled(kind, position >= 0);
  arguments[kFile] = file->id;
  arguments[kMode] = static_cast<int>(kind);
  arguments[kWhence] = position >= 0 ? 1 : 0;
  arguments[kPosition] = position >= 0 ? static_cast<double>(position) : 0;
  arguments[kSize] = static_cast<double>(size);
  return nullptr;
}

// closeNow(): closes the open file kFile on this thread. Leaves 0 or a negative code in kStatus, or 1 while operations use the
// file. One call: a worker that is terminated between two of them would leave the descriptor open.
napi_value CloseNow(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  OpenFile* const file =
      environment->files.FindIdle(static_cast<uint32_t>(environment->arguments[kFile]));
  environment->arguments[kStatus] = 1;
  if (file == nullptr) return nullptr;
  const int fd = file->fd;
  environment->files.Remove(file);
  environment->arguments[kStatus] = platform::CloseFile(fd);
  environment->LetGoWhenIdle();
  return nullptr;
}

}  // namespace

void DefineSubmissions(Napi::Env env, Napi::Object exports) {
  DefineFunction(env, exports, "submitFile", SubmitFile);
  DefineFunction(env, exports, "submitBytes", SubmitBytes);
  DefineFunction(env, exports, "submitPath", SubmitPath);
  DefineFunction(env, exports, "submitWriteFile", SubmitWriteFile);
  DefineFunction(env, exports, "copyOut", CopyOut);
  DefineFunction(env, exports, "copyLate", CopyLate);
  DefineFunction(env, exports, "cancel", Cancel);
  DefineFunction(env, exports, "finishNow", FinishNow);
  DefineFunction(env, exports, "stopWaiting", StopWaiting);
  DefineFunction(env, exports, "adoptNow", AdoptNow);
  DefineFunction(env, exports, "closeNow", CloseNow);
}

}  // namespace uvfiles
