// The registry of temporary files, for JavaScript. Each environment has one owner, which ends with it. A descriptor gets from
// the task that creates it into the table of open files, and from there to the task that closes it.
#include "core/temp_registry.h"

#include <cstdint>

#include "binding/environment.h"
#include "binding/paths.h"
#include "core/exit_signals.h"

namespace uvfiles {

namespace {

// Called when the environment ends. At exit(), the registry itself removes the files.
void CloseOwner(void* owner) {
  TempRegistry::Shared().CloseOwner(reinterpret_cast<uintptr_t>(owner));
}

// openTempOwner(): the number under which tasks register. Each environment calls it once.
napi_value OpenTempOwner(napi_env env, napi_callback_info) {
  const TempRegistry::Owner owner = TempRegistry::Shared().OpenOwner();
  Environment::Get(env)->temp_owner = owner;
  napi_add_env_cleanup_hook(env, CloseOwner,
                            reinterpret_cast<void*>(static_cast<uintptr_t>(owner)));
  return NumberOf(env, static_cast<double>(owner));
}

// Value `index` of the call; -1: it has none.
double NumberIn(napi_env env, const Call<2>& call, size_t index) {
  double number = -1;
  if (index < call.count) napi_get_value_double(env, call.values[index], &number);
  return number;
}

void Forget(double registration) {
  if (registration > 0) TempRegistry::Shared().Forget(static_cast<TempRegistry::Id>(registration));
}

// forgetTemp(registration)
napi_value ForgetTemp(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  Forget(NumberIn(env, call, 0));
  call.environment->LetGoWhenIdle();
  return nullptr;
}

// releaseFile(number, registration): removes the file from the table, so that its descriptor belongs to the caller, and
// forgets the registration, unless it is 0. False while operations use the file.
napi_value ReleaseFile(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  FileTable& files = call.environment->files;
  OpenFile* const file = files.FindIdle(static_cast<uint32_t>(NumberIn(env, call, 0)));
  if (file != nullptr) files.Remove(file);
  Forget(NumberIn(env, call, 1));
  call.environment->LetGoWhenIdle();
  napi_value result = nullptr;
  napi_get_boolean(env, file != nullptr, &result);
  return result;
}

// isFileIdle(number): whether the file is open and no operation uses it.
napi_value IsFileIdle(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  const auto number = static_cast<uint32_t>(NumberIn(env, call, 0));
  napi_value result = nullptr;
  napi_get_boolean(env, call.environment->files.FindIdle(number) != nullptr, &result);
  return result;
}

// watchedSignals(): bit n is set if signal n removes temporary files before it ends the process.
napi_value WatchedSignals(napi_env env, napi_callback_info) {
  return NumberOf(env, static_cast<double>(WatchedExitSignals()));
}

// rewatchSignals(): installs the handlers that remove temporary files, except for signals to which the program listens.
napi_value RewatchSignals(napi_env, napi_callback_info) {
  RewatchExitSignals();
  return nullptr;
}

}  // namespace

void DefineTempRegistry(Napi::Env env, Napi::Object exports) {
  DefineFunction(env, exports, "openTempOwner", OpenTempOwner);
  DefineFunction(env, exports, "forgetTemp", ForgetTemp);
  DefineFunction(env, exports, "releaseFile", ReleaseFile);
  DefineFunction(env, exports, "isFileIdle", IsFileIdle);
  DefineFunction(env, exports, "rewatchSignals", RewatchSignals);
  DefineFunction(env, exports, "watchedSignals", WatchedSignals);
}

}  // namespace uvfiles
