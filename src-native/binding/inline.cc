// The functions of the inline path. Each one returns a result immediately, or leaves a negative status, and JavaScript then
// asks the pool. The shared arguments sum up the time that they take, for the budget per loop iteration.
#include <cstring>

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

// inlineRead(view): kSize bytes at kPosition of kFile into the view from kOffset on. After a miss, kAnswer says how many bytes at the
// position stand in the view all the same. The file's own position is behind them with kKeepBlock, and where it was without.
napi_value InlineRead(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value view;
  napi_get_cb_info(env, info, &count, &view, nullptr, nullptr);
  Environment* const environment = Environment::Get(env);
  double* const arguments = environment->arguments;
  OpenFile* const file = environment->files.Find(static_cast<uint32_t>(arguments[kFile]));
  void* data = nullptr;
  size_t length = 0;
  if (file == nullptr || file->closing ||
      napi_get_typedarray_info(env, view, nullptr, &length, &data, nullptr, nullptr) != napi_ok) {
    arguments[kStatus] = static_cast<double>(kMiss);
    arguments[kAnswer] = 0;
    return nullptr;
  }
  const size_t offset = static_cast<size_t>(arguments[kOffset]);
  const size_t size = static_cast<size_t>(arguments[kSize]);
  // The view is checked and filled in one synchronous step, so it cannot be detached in between.
  if (data == nullptr || offset > length || size > length - offset) {
    arguments[kStatus] = static_cast<double>(kMiss);
    arguments[kAnswer] = 0;
    return nullptr;
  }
  int64_t position;
  if (arguments[kPositionIsBigInt] != 0) {
    std::memcpy(&position, &arguments[kPosition], sizeof position);
  } else {
    position = static_cast<int64_t>(arguments[kPosition]);
  }
  const Spending spending(environment);
  const int flags = static_cast<int>(arguments[kFlags]);
  if ((flags & kSeekFirst) != 0) {
    // A position is only a number in the kernel. If the read misses, the pool sets it again.
    if (!environment->inline_io.SetPosition(file, position)) {
      arguments[kStatus] = static_cast<double>(kMiss);
      arguments[kAnswer] = 0;
      return nullptr;
    }
    position = kCurrent;
  }
  const int64_t read =
      environment->inline_io.Read(file, static_cast<char*>(data) + offset, size, position);
  arguments[kStatus] = static_cast<double>(read);
  if (read >= 0) return nullptr;
  if (position == kCurrent && (flags & kKeepBlock) == 0)
    environment->inline_io.PutBackCutShort(file);
  arguments[kAnswer] = static_cast<double>(environment->inline_io.CutShort());
  return nullptr;
}

// Puts a status into the answer, as numbers.
void AnswerStatus(const StatRecord& record, double* arguments) {
  const int64_t* const fields = reinterpret_cast<const int64_t*>(&record);
  for (int i = 0; i < StatRecord::kFields; i++)
    arguments[kAnswer + i] = static_cast<double>(fields[i]);
}

// inlineStat(path): kFlags: 1 exact integers, 2 do not follow. The fields stand from kAnswer on.
napi_value InlineStat(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  Environment* const environment = Environment::Get(env);
  double* const arguments = environment->arguments;
  const Spending spending(environment);
  StatRecord record;
  const int flags = static_cast<int>(arguments[kFlags]);
  int64_t status = kMiss;
  if (ReadPath(env, value, &environment->inline_path)) {
    status =
        environment->inline_io.Stat(environment->inline_path.c_str(), (flags & 2) == 0, &record);
  }
  arguments[kStatus] = static_cast<double>(status);
  if (status != 0) return nullptr;
  if ((flags & 1) != 0) {
    std::memcpy(&arguments[kAnswer], &record, sizeof record);
  } else {
    AnswerStatus(record, arguments);
  }
  return nullptr;
}

// inlineAccess(path): kMode. 1 yes, 0 no.
napi_value InlineAccess(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value value;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  Environment* const environment = Environment::Get(env);
  double* const arguments = environment->arguments;
  const Spending spending(environment);
  int64_t status = kMiss;
  if (ReadPath(env, value, &environment->inline_path)) {
    status = environment->inline_io.Access(environment->inline_path.c_str(),
                                           static_cast<int>(arguments[kMode]));
  }
  arguments[kStatus] = static_cast<double>(status);
  return nullptr;
}

// Reads a call's path, its view, from kOffset on, and its root, if there is one.
struct PathCall {
  PathCall(napi_env env, napi_callback_info info)
      : environment(Environment::Get(env)), arguments(environment->arguments) {
    size_t count = 3;
    napi_value values[3];
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
    void* bytes = nullptr;
    size_t length = 0;
    const size_t offset = static_cast<size_t>(arguments[kOffset]);
    has_root = count > 2;
    valid = ReadPath(env, values[0], &environment->inline_path) &&
            napi_get_typedarray_info(env, values[1], nullptr, &length, &bytes, nullptr, nullptr) ==
                napi_ok &&
            bytes != nullptr && offset < length && (!has_root || ReadPath(env, values[2], &root));
    if (!valid) return;
    data = static_cast<char*>(bytes) + offset;
    size = length - offset;
  }

  const char* Path() const { return environment->inline_path.c_str(); }

  Environment* const environment;
  double* const arguments;
  char* data = nullptr;
  size_t size = 0;
  std::string root;
  bool has_root;
  bool valid;
};

// inlineReadFile(path, view, root?): the file's size if all of it stands in the view now. With kFlags 1, its status stands from
// kAnswer on. With a root, nothing outside it is read.
napi_value InlineReadFile(napi_env env, napi_callback_info info) {
  PathCall call(env, info);
  const Spending spending(call.environment);
  const bool with_status = call.arguments[kFlags] != 0;
  StatRecord record;
  const int64_t count =
      call.valid ? call.environment->inline_io.ReadFile(call.Path(), call.data, call.size,
                                                        with_status ? &record : nullptr,
                                                        call.has_root ? call.root.c_str() : nullptr)
                 : kMiss;
  call.arguments[kStatus] = static_cast<double>(count);
  if (count >= 0 && with_status) AnswerStatus(record, call.arguments);
  return nullptr;
}

// inlineReadlink(path, view): the link's length.
napi_value InlineReadlink(napi_env env, napi_callback_info info) {
  const PathCall call(env, info);
  const Spending spending(call.environment);
  const int64_t count =
      call.valid ? call.environment->inline_io.Readlink(call.Path(), call.data, call.size) : kMiss;
  call.arguments[kStatus] = static_cast<double>(count);
  return nullptr;
}

// inlineOpen(path, root?): a descriptor for reading, beneath the root where there is one; from kAnswer on the record that
// an open in the pool would give.
napi_value InlineOpen(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2];
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  Environment* const environment = Environment::Get(env);
  double* const arguments = environment->arguments;
  const Spending spending(environment);
  InlineState state;
  StatRecord record;
  int64_t fd = kMiss;
  std::string root;
  if (ReadPath(env, values[0], &environment->inline_path) &&
      (count < 2 || ReadPath(env, values[1], &root))) {
    fd = environment->inline_io.Open(environment->inline_path.c_str(),
                                     static_cast<int>(arguments[kOpenFlags]), &state, &record,
                                     count < 2 ? nullptr : root.c_str());
  }
  arguments[kStatus] = static_cast<double>(fd);
  if (fd < 0) return nullptr;
  OpenFile* const file = environment->files.Add(static_cast<int>(fd), true, FileKind::kRegular);
  file->inline_state = state;
  environment->Hold();
  arguments[kAnswer] = file->id;
  arguments[kAnswer + 1] = static_cast<int>(FileKind::kRegular);
  arguments[kAnswer + 2] = 1;
  arguments[kAnswer + 3] = 0;
  arguments[kAnswer + 4] = static_cast<double>(record.size);
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
  size_t count = 1;
  napi_value array;
  napi_get_cb_info(env, info, &count, &array, nullptr, nullptr);
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, array, nullptr, &length, &data, nullptr, nullptr) != napi_ok ||
      length < 1 + 2 * kInlineKinds) {
    return nullptr;
  }
  const InlineFigures& figures = Environment::Get(env)->inline_io.figures();
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
  size_t count = 1;
  napi_value value;
  napi_get_cb_info(env, info, &count, &value, nullptr, nullptr);
  int32_t fault = 0;
  napi_get_value_int32(env, value, &fault);
  Environment::Get(env)->inline_io.SetFault(fault);
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
  DefineFunction(env, exports, "nextIteration", NextIteration);
  DefineFunction(env, exports, "inlineFigures", TellInlineFigures);
  DefineFunction(env, exports, "setInlineFault", SetInlineFault);
}

}  // namespace uvfiles
