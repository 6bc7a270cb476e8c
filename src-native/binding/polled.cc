// What files that are waited for need beyond ordinary submissions, and the descriptors a process is born with.
#include <uv.h>

#include "binding/environment.h"
#include "binding/paths.h"
#include "platform/file_system.h"

namespace uvfiles {

namespace {

// stopWaiting(): the reads on arguments[kFile] get what is there or fail, now and from now on.
napi_value stop_waiting(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::get(env);
  OpenFile* const file =
      environment->files.find(static_cast<uint32_t>(environment->arguments[kFile]));
  if (file != nullptr) environment->dispatcher.stop_waiting(file);
  return nullptr;
}

// adoptNow(): a file on the descriptor arguments[kPosition], which stays somebody else's. Answers in kStatus, kFile, kMode
// (its kind), kWhence (seekable), kPosition and kSize. fstat and lseek of an open descriptor: nothing that waits.
napi_value adopt_now(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::get(env);
  double* const arguments = environment->arguments;
  const int fd = static_cast<int>(arguments[kPosition]);
  FileKind kind = FileKind::kOther;
  int64_t size = 0;
  const int status = platform::describe(fd, &kind, &size);
  arguments[kStatus] = status;
  if (status < 0) return nullptr;
  const bool to_end = (static_cast<int>(arguments[kFlags]) & kAppendTell) != 0;
  const int64_t position = platform::seek(fd, 0, to_end ? SEEK_END : SEEK_CUR);
  OpenFile* const file = environment->files.add(fd, false, kind);
  environment->hold();
  file->polled = is_polled(kind, position >= 0);
  arguments[kFile] = file->id;
  arguments[kMode] = static_cast<int>(kind);
  arguments[kWhence] = position >= 0 ? 1 : 0;
  arguments[kPosition] = position >= 0 ? static_cast<double>(position) : 0;
  arguments[kSize] = static_cast<double>(size);
  return nullptr;
}

}  // namespace

void define_polled(Napi::Env env, Napi::Object exports) {
  define_function(env, exports, "stopWaiting", stop_waiting);
  define_function(env, exports, "adoptNow", adopt_now);
}

}  // namespace uvfiles
