// Opens files as libuv's uv_fs_open does on Windows, but returns their handles.
#pragma once

#include <string>

#include "platform/win32/handles.h"

namespace uvfiles {
namespace win32 {

constexpr unsigned long kShareAll = 7;  // reading, writing and deleting, which POSIX always allows

// `flags` are node:fs's O_ constants; of `mode`, only the owner's write permission counts.
// `attributes`: more FILE_ATTRIBUTE_ and FILE_FLAG_ bits. 0 or a negative code.
int OpenHandle(const std::string& path, int flags, int mode, unsigned long attributes,
               UniqueHandle* handle);

// Opens an existing file or directory, or, if `follow` is false, a link itself, for calls that take a handle. If it fails,
// the handle is invalid and GetLastError says why.
UniqueHandle OpenFor(const std::string& path, unsigned long access, bool follow);

}  // namespace win32
}  // namespace uvfiles
