// What several binding files need of Node-API.
#pragma once

#include <node_api.h>

#include <string>

namespace uvfiles {

// UTF-8 of a string, or the bytes of a Uint8Array, into `path` (whose memory is reused). False for anything else.
bool ReadPath(napi_env env, napi_value value, std::string* path);

// Gives back the memory of a path that was unusually long.
void ShrinkPath(std::string* path);

// As read_path for byte strings of any length and no memory to reuse: exactly as much as needed is taken. 0, UV_EINVAL or
// UV_ENOMEM.
int ReadBytes(napi_env env, napi_value value, std::string* bytes);

void DefineFunction(napi_env env, napi_value exports, const char* name, napi_callback callback);

}  // namespace uvfiles
