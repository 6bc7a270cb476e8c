// Paths come from JavaScript in UTF-8. Windows takes them in UTF-16.
#pragma once

#include <string>

#include "platform/directories.h"

namespace uvfiles {
namespace win32 {

// The path as the system takes it. A path that is nearly as long as MAX_PATH, or longer, becomes absolute and gets the
// prefix that lifts this limit. 0, or UV_EINVAL if it is not UTF-8.
int ToWide(const std::string& path, std::wstring* wide);
// The same for two paths.
int ToWide(const std::string& from, const std::string& to, std::wstring* wide_from,
           std::wstring* wide_to);
// As an absolute path with this prefix, so that names which are put behind it are taken literally.
std::string Verbatim(const std::string& path);
// Only converts the text, however long it is: for the target of a symbolic link.
int ToWideText(const std::string& text, std::wstring* wide);

std::string ToUtf8(const wchar_t* text, size_t length);
inline std::string ToUtf8(const std::wstring& text) { return ToUtf8(text.data(), text.size()); }

// Without the prefix (`\\?\` or `\??\`) of paths that the system returns.
std::string ToUtf8Plain(const std::wstring& path);

using platform::IsSeparator;
using platform::RootLength;

}  // namespace win32
}  // namespace uvfiles
