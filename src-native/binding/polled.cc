// Additional functions for files on which reads can wait, and for descriptors that the process inherits.

#include "binding/environment.h"
#include "binding/paths.h"
#include "platform/file_system.h"

namespace uvfiles {

namespace {

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

}  // namespace

void DefinePolled(Napi::Env env, Napi::Object exports) {
  DefineFunction(env, exports, "stopWaiting", StopWaiting);
  DefineFunction(env, exports, "adoptNow", AdoptNow);
}

}  // namespace uvfiles
