// The registry of temporary files, for JavaScript. Each environment has one owner, which ends with it. A descriptor gets from
// the task that creates it into the table of open files, and from there to the task that closes it.
#include "binding/temp_registry_binding.h"

#include <cstdint>

#include "binding/environment.h"
#include "core/exit_signals.h"
#include "core/temp_registry.h"

namespace uvfiles {

namespace {

napi_value NumberOf(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

// The environment ends: a worker terminated, or the main thread's loop empty. exit() without that is the registry's own
// business.
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

struct Numbers {
  double first = -1;
  double second = -1;
};

Numbers NumbersOf(napi_env env, napi_callback_info info) {
  napi_value values[2];
  size_t count = 2;
  Numbers numbers;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  if (count >= 1) napi_get_value_double(env, values[0], &numbers.first);
  if (count >= 2) napi_get_value_double(env, values[1], &numbers.second);
  return numbers;
}

void Forget(double registration) {
  if (registration > 0) TempRegistry::Shared().Forget(static_cast<TempRegistry::Id>(registration));
}

// forgetTemp(registration)
napi_value ForgetTemp(napi_env env, napi_callback_info info) {
  Forget(NumbersOf(env, info).first);
  Environment::Get(env)->LetGoWhenIdle();
  return nullptr;
}

// releaseFile(number, registration): removes the file from the table, so that its descriptor belongs to the caller, and forgets
// the registration, unless it is 0. False while operations use the file.
napi_value ReleaseFile(napi_env env, napi_callback_info info) {
  Environment* const environment = Environment::Get(env);
  FileTable& files = environment->files;
  const Numbers numbers = NumbersOf(env, info);
  OpenFile* const file = files.Find(static_cast<uint32_t>(numbers.first));
  const bool free = file != nullptr && !file->closing && file->in_flight == 0;
  if (free) files.Remove(file);
  Forget(numbers.second);
  environment->LetGoWhenIdle();
  napi_value result = nullptr;
  napi_get_boolean(env, free, &result);
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

void InitTempRegistry(napi_env env, napi_value exports) {
  const napi_property_descriptor properties[] = {
      {"openTempOwner", nullptr, OpenTempOwner, nullptr, nullptr, nullptr, napi_enumerable,
       nullptr},
      {"forgetTemp", nullptr, ForgetTemp, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"releaseFile", nullptr, ReleaseFile, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"rewatchSignals", nullptr, RewatchSignals, nullptr, nullptr, nullptr, napi_enumerable,
       nullptr},
      {"watchedSignals", nullptr, WatchedSignals, nullptr, nullptr, nullptr, napi_enumerable,
       nullptr},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof properties[0], properties);
}

}  // namespace uvfiles
