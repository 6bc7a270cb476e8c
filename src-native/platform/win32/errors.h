// Translates Windows' error numbers into libuv's codes, mostly as libuv itself does.
#pragma once

namespace uvfiles {
namespace win32 {

// The negative code for a number of GetLastError; UV_UNKNOWN for one that has no code.
int ErrorCode(unsigned long error);
// The code of the calling thread's last error.
int LastError();

}  // namespace win32
}  // namespace uvfiles
