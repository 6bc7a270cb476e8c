// Windows' handles, and the C library's descriptors that stand for them.
//
// Descriptors belong to the program's C library, which node:fs uses. An addon has a C library of its own, whose numbers mean
// nothing to node:fs. libuv exports functions that translate the program's. In a runtime without them, the addon's own C
// library is used. All functions may be called from any thread.
#pragma once

#include <windows.h>

#include "core/unique.h"

namespace uvfiles {
namespace win32 {

struct Handle {
  using Value = HANDLE;
  static HANDLE None() { return INVALID_HANDLE_VALUE; }
  static bool IsOne(HANDLE handle) { return handle != INVALID_HANDLE_VALUE; }
  static void GiveBack(HANDLE handle) { ::CloseHandle(handle); }
};
using UniqueHandle = Unique<Handle>;

// INVALID_HANDLE_VALUE for a number that is no descriptor.
HANDLE HandleOf(int fd);
// Makes a descriptor that owns the handle. UV_EMFILE if there is none left; the handle is closed then.
int DescriptorOf(UniqueHandle handle);
int CloseDescriptorNow(int fd);

}  // namespace win32
}  // namespace uvfiles
