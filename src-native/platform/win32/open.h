// Opening a file as libuv's fs.open does on Windows, for those who want the handle and for those who want a descriptor.
#pragma once

#include <string>

#include "platform/win32/handles.h"

namespace uvfiles {
namespace win32 {

constexpr unsigned long kShareAll =
    7;  // reading, writing and deleting: what POSIX allows everybody

// `flags` are node:fs's O_ constants; of `mode` only the owner's right to write counts. `attributes` are added to the
// system's own FILE_ATTRIBUTE_ and FILE_FLAG_ bits. 0 or a negative code.
int OpenHandle(const std::string& path, int flags, int mode, unsigned long attributes,
               UniqueHandle* handle);

// Opens what is there, a directory or with `follow` false a link itself too, for calls by handle. Invalid with the last
// error.
UniqueHandle OpenFor(const std::string& path, unsigned long access, bool follow);

}  // namespace win32
}  // namespace uvfiles
