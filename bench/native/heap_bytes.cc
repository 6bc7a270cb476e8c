// The exact number of bytes that malloc has handed out. Resident memory also changes with V8's heap
// and with freed pages that are kept.
#ifdef __linux__
#include <malloc.h>
#endif

#include "module.h"

namespace bench {

napi_value HeapBytes(napi_env env, napi_callback_info) {
  double bytes = -1;
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  const struct mallinfo2 info = mallinfo2();
  bytes = static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
#endif
  napi_value result;
  napi_create_double(env, bytes, &result);
  return result;
}

}  // namespace bench
