// File status as libuv's uv_fs_stat reports it on Windows: the device number is the serial number of the volume, modes come
// from the read-only attribute, and links are reparse points.
#pragma once

#include <windows.h>

#include <string>

#include "core/stat_record.h"

namespace uvfiles {
namespace win32 {

// 0 or negative. `link`: the handle was opened without following links.
int StatHandle(HANDLE handle, StatRecord* record, bool link);
int StatPath(const std::string& path, bool follow, StatRecord* record);

// The target of the symbolic link or junction that the handle stands for; UV_EINVAL if it is neither.
int ReadLinkHandle(HANDLE handle, std::string* text);

constexpr int64_t kTypeCharacter = 0020000;
constexpr int64_t kTypeFifo = 0010000;

}  // namespace win32
}  // namespace uvfiles
