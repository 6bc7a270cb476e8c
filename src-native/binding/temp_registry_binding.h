// The temp registry's functions for lib/native/temporary.ts.
#pragma once

#include <node_api.h>

namespace uvfiles {

void InitTempRegistry(napi_env env, napi_value exports);

}  // namespace uvfiles
