// Windows' handles, and the C library's descriptors that stand for them.
//
// Descriptors belong to the program's C library, which node:fs uses. An addon has a C library of its own, whose numbers mean
// nothing to node:fs. libuv exports functions that translate the program's. In a runtime without them, the addon's own C
// library is used. All functions may be called from any thread.
#pragma once

#include <windows.h>

namespace uvfiles {
namespace win32 {

// Owns a handle and closes it once.
class UniqueHandle {
 public:
  UniqueHandle() = default;
  explicit UniqueHandle(HANDLE handle) : handle_(handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(other.Release()) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  UniqueHandle(const UniqueHandle&) = delete;
  UniqueHandle& operator=(const UniqueHandle&) = delete;
  ~UniqueHandle() { Reset(); }

  HANDLE Get() const { return handle_; }
  explicit operator bool() const { return handle_ != INVALID_HANDLE_VALUE; }
  HANDLE Release() {
    const HANDLE handle = handle_;
    handle_ = INVALID_HANDLE_VALUE;
    return handle;
  }
  void Reset(HANDLE handle = INVALID_HANDLE_VALUE) {
    if (handle_ != INVALID_HANDLE_VALUE) ::CloseHandle(handle_);
    handle_ = handle;
  }

 private:
  HANDLE handle_ = INVALID_HANDLE_VALUE;
};

// INVALID_HANDLE_VALUE for a number that is no descriptor.
HANDLE HandleOf(int fd);
// Makes a descriptor that owns the handle. UV_EMFILE if there is none left; the handle is closed then.
int DescriptorOf(UniqueHandle handle);
int CloseDescriptorNow(int fd);

}  // namespace win32
}  // namespace uvfiles
