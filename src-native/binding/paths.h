// Node-API functions that several files of the binding share.
#pragma once

#include <node_api.h>

#include <string>

namespace uvfiles {

// Puts the UTF-8 of a string, or the bytes of a Uint8Array, into `path`, whose memory is reused. False for other values.
bool ReadPath(napi_env env, napi_value value, std::string* path);

// Frees the memory of a path that was unusually long.
void ShrinkPath(std::string* path);

// As `ReadPath`, for byte strings of any length. Allocates exactly as much as needed. Returns 0, UV_EINVAL or UV_ENOMEM.
int ReadBytes(napi_env env, napi_value value, std::string* bytes);

void DefineFunction(napi_env env, napi_value exports, const char* name, napi_callback callback);

}  // namespace uvfiles
