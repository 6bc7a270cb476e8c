// Opens files as libuv's uv_fs_open does on Windows, but returns their handles.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/win32/handles.h"

namespace uvfiles {
namespace win32 {

constexpr unsigned long kShareAll = 7;   // reading, writing and deleting, which POSIX always allows
constexpr unsigned long kShareHeld = 3;  // not deleting

// `flags` are node:fs's O_ constants; of `mode`, only the owner's write permission counts.
// `attributes`: more FILE_ATTRIBUTE_ and FILE_FLAG_ bits. 0 or a negative code.
int OpenHandle(const std::string& path, int flags, int mode, unsigned long attributes,
               UniqueHandle* handle);

bool SetEnd(HANDLE handle, int64_t size);

// Opens an existing file or directory, or, if `follow` is false, a link itself, for calls that take a handle. If it fails,
// the handle is invalid and GetLastError says why.
UniqueHandle OpenFor(const std::string& path, unsigned long access, bool follow,
                     unsigned long share = kShareAll);
// The same for an entry of an open directory, never following a link. The name is taken literally: no dots, spaces or names of
// devices have a meaning in it.
UniqueHandle OpenBelow(HANDLE directory, std::wstring_view name, unsigned long access,
                       unsigned long share);

}  // namespace win32
}  // namespace uvfiles
