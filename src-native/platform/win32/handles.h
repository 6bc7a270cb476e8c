// Windows' handles, and the C library's descriptors that stand for them.
//
// Descriptors are those of the program's own C library, which node:fs uses: an addon has a C library of its own, whose
// numbers would mean nothing to node:fs. libuv exports the way to the program's; where a runtime does not, ours must do.
// All functions may be called from any thread.
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
// A descriptor for the handle, which it owns from then on; UV_EMFILE when there is none left, the handle being closed.
int DescriptorOf(UniqueHandle handle);
int CloseDescriptorNow(int fd);

}  // namespace win32
}  // namespace uvfiles
