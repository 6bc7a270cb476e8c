// Node-API functions that several files of the binding share.
#pragma once

#include <node_api.h>

#include <cstring>
#include <string>

#include "binding/environment.h"

namespace uvfiles {

// A call with up to `kMost` values, and the numbers that it takes from the shared arguments.
template <size_t kMost>
struct Call {
  Call(napi_env env, napi_callback_info info)
      : environment(Environment::Get(env)), arguments(environment->arguments) {
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
  Environment* const environment;
  double* const arguments;
  size_t count = kMost;
  napi_value values[kMost];
};

// A number of the shared arguments: a double, or the same eight bytes as an exact integer.
inline int64_t IntegerIn(const double* number, bool exact) {
  if (!exact) return static_cast<int64_t>(*number);
  int64_t integer;
  std::memcpy(&integer, number, sizeof integer);
  return integer;
}

inline napi_value NumberOf(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

// Puts the UTF-8 of a string, or the bytes of a Uint8Array, into `path`, whose memory is reused. False for other values.
bool ReadPath(napi_env env, napi_value value, std::string* path);

// Frees the memory of an unusually long path.
void ShrinkPath(std::string* path);

// As `ReadPath`, for byte strings of any length. Allocates exactly as much as needed. Returns 0, UV_EINVAL or UV_ENOMEM.
int ReadBytes(napi_env env, napi_value value, std::string* bytes);

void DefineFunction(napi_env env, napi_value exports, const char* name, napi_callback callback);

}  // namespace uvfiles
