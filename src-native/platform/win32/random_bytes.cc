#include "core/random_bytes.h"

#include <uv.h>
#include <windows.h>

// After windows.h, which declares its types.
#include <bcrypt.h>

#ifdef _MSC_VER
#pragma comment(lib, "bcrypt")
#endif

namespace uvfiles {

int RandomBytes(void* bytes, size_t size) {
  const NTSTATUS status =
      ::BCryptGenRandom(nullptr, static_cast<PUCHAR>(bytes), static_cast<ULONG>(size),
                        BCRYPT_USE_SYSTEM_PREFERRED_RNG);
  return status >= 0 ? 0 : UV_EIO;
}

}  // namespace uvfiles
