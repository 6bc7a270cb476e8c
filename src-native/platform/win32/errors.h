// Windows' error numbers in libuv's: what node:fs would call the same failure.
#pragma once

namespace uvfiles {
namespace win32 {

// The negative code of a GetLastError number; UV_UNKNOWN for one that libuv does not name either.
int ErrorCode(unsigned long error);
// Of the calling thread's last error.
int LastError();

}  // namespace win32
}  // namespace uvfiles
