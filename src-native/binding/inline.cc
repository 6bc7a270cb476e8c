// The functions of the inline path. Each one returns a result immediately, or leaves a negative status, and JavaScript then
// asks the pool. The shared arguments sum up the time that they take, for the budget per loop iteration.
#include "binding/environment.h"
#include "binding/paths.h"
#include "core/clock.h"

namespace uvfiles {

namespace {

// Adds the microseconds of a call to arguments[kSpent].
class Spending {
 public:
  explicit Spending(Environment* environment) : environment_(environment), began_(NowNs()) {}
  ~Spending() { environment_->arguments[kSpent] += static_cast<double>(NowNs() - began_) / 1000; }
  Spending(const Spending&) = delete;
  Spending& operator=(const Spending&) = delete;

 private:
  Environment* const environment_;
  const uint64_t began_;
};

// inlineRead(view): reads kSize bytes at kPosition of kFile into the view, from kOffset on. After a
// miss, kAnswer is the number of bytes that were read nevertheless. With kKeepBlock, the file's own
// position is behind these bytes; without it, the position is where it was.
napi_value InlineRead(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  double* const arguments = call.arguments;
  InlineIO& io = call.environment->inline_io;
  const size_t offset = static_cast<size_t>(arguments[kOffset]);
  const size_t size = static_cast<size_t>(arguments[kSize]);
  OpenFile* const file = call.environment->files.Find(static_cast<uint32_t>(arguments[kFile]));
  arguments[kStatus] = static_cast<double>(kMiss);
  arguments[kAnswer] = 0;
  void* data = nullptr;
  size_t length = 0;
  // The view is checked and filled in one synchronous step, so it cannot be detached in between.
  if (file == nullptr || file->closing ||
      napi_get_typedarray_info(env, call.values[0], nullptr, &length, &data, nullptr, nullptr) !=
          napi_ok ||
      data == nullptr || offset > length || size > length - offset)
    return nullptr;
  int64_t position = IntegerIn(&arguments[kPosition], arguments[kPositionIsBigInt] != 0);
  const Spending spending(call.environment);
  const int flags = static_cast<int>(arguments[kFlags]);
  if ((flags & kSeekFirst) != 0) {
    // A position is only a number in the kernel. If the read misses, the pool sets it again.
    if (!io.SetPosition(file, position)) return nullptr;
    position = kCurrent;
  }
  const int64_t read = io.Read(file, static_cast<char*>(data) + offset, size, position);
  arguments[kStatus] = static_cast<double>(read);
  if (read >= 0) return nullptr;
  if (position == kCurrent && (flags & kKeepBlock) == 0) io.PutBackCutShort(file);
  arguments[kAnswer] = static_cast<double>(io.CutShort());
  return nullptr;
}

// A call whose first value is a path.
template <size_t kMost>
struct PathCall : Call<kMost> {
  PathCall(napi_env env, napi_callback_info info)
      : Call<kMost>(env, info),
        spending(this->environment),
        valid(ReadPath(env, this->values[0], &Memory())) {}

  // Reads value `index`, if the call has it, as the root directory of the path. False if it is not a path.
  bool ReadRoot(napi_env env, size_t index) {
    has_root = this->count > index;
    return !has_root || ReadPath(env, this->values[index], &root);
  }
  InlineIO& Io() const { return this->environment->inline_io; }
  const char* Path() const { return Memory().c_str(); }
  const char* Root() const { return has_root ? root.c_str() : nullptr; }
  std::string& Memory() const { return this->environment->inline_path; }

  const Spending spending;
  std::string root;
  bool has_root = false;
  bool valid;
};

// inlineStat(path): kFlags: 1 exact integers, 2 do not follow. The fields begin at kAnswer.
napi_value InlineStat(napi_env env, napi_callback_info info) {
  const PathCall<1> call(env, info);
  StatRecord record;
  const int flags = static_cast<int>(call.arguments[kFlags]);
  const int64_t status =
      call.valid ? call.Io().Stat(call.Path(), (flags & 2) == 0, &record) : kMiss;
  call.arguments[kStatus] = static_cast<double>(status);
  if (status == 0) PutStatus(record, (flags & 1) != 0, &call.arguments[kAnswer]);
  return nullptr;
}

// inlineAccess(path): kMode. 1 yes, 0 no.
napi_value InlineAccess(napi_env env, napi_callback_info info) {
  const PathCall<1> call(env, info);
  const int mode = static_cast<int>(call.arguments[kMode]);
  const int64_t status = call.valid ? call.Io().Access(call.Path(), mode) : kMiss;
  call.arguments[kStatus] = static_cast<double>(status);
  return nullptr;
}

// A call with a path, a view that is used from kOffset on, and perhaps the root of the path.
template <size_t kMost>
struct ViewCall : PathCall<kMost> {
  ViewCall(napi_env env, napi_callback_info info) : PathCall<kMost>(env, info) {
    void* bytes = nullptr;
    size_t length = 0;
    const size_t offset = static_cast<size_t>(this->arguments[kOffset]);
    this->valid = this->valid &&
                  napi_get_typedarray_info(env, this->values[1], nullptr, &length, &bytes, nullptr,
                                           nullptr) == napi_ok &&
                  bytes != nullptr && offset < length && this->ReadRoot(env, 2);
    if (!this->valid) return;
    data = static_cast<char*>(bytes) + offset;
    size = length - offset;
  }
  char* data = nullptr;
  size_t size = 0;
};

// inlineReadFile(path, view, root?): the file's size if all of it is in the view now. With kFlags 1, its status begins at
// kAnswer. With a root, nothing outside it is read.
napi_value InlineReadFile(napi_env env, napi_callback_info info) {
  const ViewCall<3> call(env, info);
  const bool with_status = call.arguments[kFlags] != 0;
  StatRecord record;
  const int64_t count = call.valid
                            ? call.Io().ReadFile(call.Path(), call.data, call.size,
                                                 with_status ? &record : nullptr, call.Root())
                            : kMiss;
  call.arguments[kStatus] = static_cast<double>(count);
  if (count >= 0 && with_status) PutStatus(record, false, &call.arguments[kAnswer]);
  return nullptr;
}

// inlineReadlink(path, view): the link's length.
napi_value InlineReadlink(napi_env env, napi_callback_info info) {
  const ViewCall<2> call(env, info);
  const int64_t count = call.valid ? call.Io().Readlink(call.Path(), call.data, call.size) : kMiss;
  call.arguments[kStatus] = static_cast<double>(count);
  return nullptr;
}

// inlineOpen(path, root?): a descriptor for reading, of a file beneath the root if there is one. The record that an open in
// the pool would give begins at kAnswer.
napi_value InlineOpen(napi_env env, napi_callback_info info) {
  PathCall<2> call(env, info);
  double* const arguments = call.arguments;
  InlineState state;
  StatRecord record;
  const int flags = static_cast<int>(arguments[kOpenFlags]);
  const int64_t fd = call.valid && call.ReadRoot(env, 1)
                         ? call.Io().Open(call.Path(), flags, &state, &record, call.Root())
                         : kMiss;
  arguments[kStatus] = static_cast<double>(fd);
  if (fd < 0) return nullptr;
  OpenFile* const file =
      call.environment->files.Add(static_cast<int>(fd), true, FileKind::kRegular);
  file->inline_state = state;
  call.environment->Hold();
  arguments[kAnswer] = file->id;
  arguments[kAnswer + 1] = static_cast<int>(FileKind::kRegular);
  arguments[kAnswer + 2] = 1;
  arguments[kAnswer + 3] = 0;
  arguments[kAnswer + 4] = static_cast<double>(record.size);
  return nullptr;
}

// deliverFinished(): settles what the pool has finished, without waiting for the event loop. Its time counts, too.
napi_value DeliverFinished(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  const Spending spending(environment);
  environment->dispatcher.DeliverFinished();
  return nullptr;
}

// nextIteration(): an event-loop iteration has passed.
napi_value NextIteration(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  environment->arguments[kSpent] = 0;
  environment->inline_io.NextIteration();
  return nullptr;
}

// inlineFigures(Float64Array): backed off, then hits and misses of each InlineKind.
napi_value TellInlineFigures(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, call.values[0], nullptr, &length, &data, nullptr, nullptr) !=
          napi_ok ||
      length < 1 + 2 * kInlineKinds) {
    return nullptr;
  }
  const InlineFigures& figures = call.environment->inline_io.figures();
  double* to = static_cast<double*>(data);
  *to++ = static_cast<double>(figures.backed_off);
  for (int kind = 0; kind < kInlineKinds; kind++) {
    *to++ = static_cast<double>(figures.hits[kind]);
    *to++ = static_cast<double>(figures.misses[kind]);
  }
  return nullptr;
}

// setInlineFault(kind): for the test suite.
napi_value SetInlineFault(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  int32_t fault = 0;
  napi_get_value_int32(env, call.values[0], &fault);
  call.environment->inline_io.SetFault(fault);
  return nullptr;
}

}  // namespace

void DefineInline(Napi::Env env, Napi::Object exports) {
  DefineFunction(env, exports, "inlineRead", InlineRead);
  DefineFunction(env, exports, "inlineStat", InlineStat);
  DefineFunction(env, exports, "inlineReadFile", InlineReadFile);
  DefineFunction(env, exports, "inlineReadlink", InlineReadlink);
  DefineFunction(env, exports, "inlineAccess", InlineAccess);
  DefineFunction(env, exports, "inlineOpen", InlineOpen);
  DefineFunction(env, exports, "deliverFinished", DeliverFinished);
  DefineFunction(env, exports, "nextIteration", NextIteration);
  DefineFunction(env, exports, "inlineFigures", TellInlineFigures);
  DefineFunction(env, exports, "setInlineFault", SetInlineFault);
}

}  // namespace uvfiles
