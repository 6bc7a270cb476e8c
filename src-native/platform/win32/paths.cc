#include "platform/win32/paths.h"

#include <uv.h>
#include <windows.h>

namespace uvfiles {
namespace win32 {

namespace {

// The path of a directory must leave room for an 8.3 name within MAX_PATH, which is 248 characters. Some room is left below.
constexpr size_t kLong = 240;

bool HasPrefix(const std::wstring& path, const wchar_t* prefix) {
  return path.compare(0, std::wcslen(prefix), prefix) == 0;
}

// The prefix needs a full path, because the system takes what follows it literally, even dots and forward slashes.
void LiftLimit(std::wstring* path) {
  if (HasPrefix(*path, L"\\\\?\\") || HasPrefix(*path, L"\\\\.\\")) return;
  const DWORD needed = ::GetFullPathNameW(path->c_str(), 0, nullptr, nullptr);
  if (needed == 0) return;
  std::wstring full(needed, L'\0');
  const DWORD length = ::GetFullPathNameW(path->c_str(), needed, &full[0], nullptr);
  if (length == 0 || length >= needed) return;
  full.resize(length);
  if (HasPrefix(full, L"\\\\.\\")) return;
  *path = HasPrefix(full, L"\\\\") ? L"\\\\?\\UNC\\" + full.substr(2) : L"\\\\?\\" + full;
}

}  // namespace

int ToWideText(const std::string& text, std::wstring* wide) {
  wide->clear();
  if (text.empty()) return 0;
  const int size = static_cast<int>(text.size());
  const int needed =
      ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, nullptr, 0);
  if (needed <= 0) return UV_EINVAL;
  wide->resize(static_cast<size_t>(needed));
  ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, &(*wide)[0], needed);
  return 0;
}

int ToWide(const std::string& path, std::wstring* wide) {
  const int failure = ToWideText(path, wide);
  if (failure == 0 && wide->size() >= kLong) LiftLimit(wide);
  return failure;
}

int ToWide(const std::string& from, const std::string& to, std::wstring* wide_from,
           std::wstring* wide_to) {
  const int failure = ToWide(from, wide_from);
  return failure != 0 ? failure : ToWide(to, wide_to);
}

std::string Verbatim(const std::string& path) {
  std::wstring wide;
  if (ToWideText(path, &wide) != 0) return path;
  LiftLimit(&wide);
  return ToUtf8(wide);
}

std::string ToUtf8(const wchar_t* text, size_t length) {
  std::string utf8;
  if (length == 0) return utf8;
  const int size = static_cast<int>(length);
  const int needed = ::WideCharToMultiByte(CP_UTF8, 0, text, size, nullptr, 0, nullptr, nullptr);
  utf8.resize(static_cast<size_t>(needed));
  ::WideCharToMultiByte(CP_UTF8, 0, text, size, &utf8[0], needed, nullptr, nullptr);
  return utf8;
}

std::string ToUtf8Plain(const std::wstring& path) {
  if (HasPrefix(path, L"\\\\?\\UNC\\")) return "\\\\" + ToUtf8(path.substr(8));
  if (HasPrefix(path, L"\\\\?\\") || HasPrefix(path, L"\\??\\")) return ToUtf8(path.substr(4));
  return ToUtf8(path);
}

}  // namespace win32
}  // namespace uvfiles
