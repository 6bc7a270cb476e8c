// Paths cross from JavaScript as UTF-8 and go to Windows as UTF-16.
#pragma once

#include <string>

#include "platform/directories.h"

namespace uvfiles {
namespace win32 {

// The path as the system takes it. One near MAX_PATH or beyond becomes an absolute one with the prefix that lifts that
// limit. 0, or UV_EINVAL for what is no UTF-8.
int ToWide(const std::string& path, std::wstring* wide);
// The same for two paths.
int ToWide(const std::string& from, const std::string& to, std::wstring* wide_from,
           std::wstring* wide_to);
// The text as it is, without a look at its length: a symbolic link's target.
int ToWideText(const std::string& text, std::wstring* wide);

std::string ToUtf8(const wchar_t* text, size_t length);
inline std::string ToUtf8(const std::wstring& text) { return ToUtf8(text.data(), text.size()); }

// Without the \\?\ that the system puts before the names that it finds out.
std::string ToUtf8Plain(const std::wstring& path);

// A temporary name beside the path, and so on the same volume.
int NameBeside(const std::string& path, std::string* temp);

using platform::IsSeparator;
// The length of what cannot be removed from a path's front: `C:\`, `\\server\share\`, `\`, or nothing.
size_t RootLength(const std::string& path);

}  // namespace win32
}  // namespace uvfiles
