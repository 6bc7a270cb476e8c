// The addon's entry: everything that lib/native/addon.ts sees.
#include "binding/environment.h"
#include "core/exit_signals.h"

namespace uvfiles {

namespace {

// open(shared, waitsInHook, complete, allocate, arguments, records): once for each environment, at the first operation. The last
// four are also properties of the first.
Napi::Value Open(const Napi::CallbackInfo& info) {
  uv_loop_s* loop = nullptr;
  if (napi_get_uv_event_loop(info.Env(), &loop) != napi_ok) {
    Napi::Error::New(info.Env(), "uvfiles: this runtime has no libuv event loop")
        .ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  auto* const environment = new Environment(info.Env(), loop);
  napi_set_instance_data(info.Env(), environment, nullptr, nullptr);
  Environment::Shared parts = {info[2].As<Napi::Function>(), info[3].As<Napi::Function>(),
                               info[4].As<Napi::Float64Array>(), info[5].As<Napi::Float64Array>()};
  if (!environment->Open(info[0].As<Napi::Object>(), info[1].As<Napi::Boolean>().Value(), parts)) {
    Napi::Error::New(info.Env(), "uvfiles: the event loop refused an async handle")
        .ThrowAsJavaScriptException();
  }
  return info.Env().Undefined();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // Node would unload the addon with the last worker that uses it. Its pools serve the whole
  // process, and the next worker needs them.
  PinThisLibrary();
  exports.Set("open", Napi::Function::New(env, Open));
  exports.Set("file", Napi::String::New(env, ThisLibraryPath()));
  DefineSubmissions(env, exports);
  DefineTasks(env, exports);
  DefineLanes(env, exports);
  DefineInline(env, exports);
  DefineText(env, exports);
  DefineTempRegistry(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(uvfiles, Init)

}  // namespace uvfiles
