// A file's status as libuv's fs.stat tells it on Windows: a device number from the volume's serial number, modes from the
// read-only attribute, links from reparse points.
#pragma once

#include <windows.h>

#include <string>

#include "core/stat_record.h"

namespace uvfiles {
namespace win32 {

// 0 or negative. `link` says that the handle was opened as a link, not following it.
int StatHandle(HANDLE handle, StatRecord* record, bool link);
int StatPath(const std::string& path, bool follow, StatRecord* record);

// The text of the symbolic link or junction that the handle was opened as; UV_EINVAL for what is neither.
int ReadLinkHandle(HANDLE handle, std::string* text);

constexpr int64_t kTypeCharacter = 0020000;
constexpr int64_t kTypeFifo = 0010000;

}  // namespace win32
}  // namespace uvfiles
