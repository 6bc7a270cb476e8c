#include "platform/posix/extended_attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cstring>
#include <string>

#include "core/unique_fd.h"
#include "platform/path_calls.h"
#include "platform/posix/nameless_file.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

template <typename List, typename Get, typename Set>
void CopyEach(List list, Get get, Set set) {
  std::string names;
  if (ReadWhole(&names, list) < 0) return;
  std::string value;
  for (size_t at = 0; at < names.size(); at += std::strlen(&names[at]) + 1) {
    const char* name = &names[at];
    if (std::strcmp(name, "security.capability") == 0) continue;
    if (ReadWhole(&value, [&](char* data, size_t size) { return get(name, data, size); }) == 0) {
      set(name, value);
    }
  }
}

}  // namespace

void CopyAttributes(int from, int to) {
  CopyEach([&](char* data, size_t size) { return ::flistxattr(from, data, size); },
           [&](const char* name, char* data, size_t size) {
             return ::fgetxattr(from, name, data, size);
           },
           [&](const char* name, const std::string& value) {
             ::fsetxattr(to, name, value.data(), value.size(), 0);
           });
}

int CopyAttributesOf(int directory, const char* name, int to) {
  const UniqueFd from(Retrying(
      [&] { return ::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (from) {
    CopyAttributes(from.Get(), to);
    return 0;
  }
  if (!IsDescriptorShortage(from.Get())) return 0;
  const std::string path = NamelessPath(directory) + "/" + name;
  struct stat found;
  if (::lstat(path.c_str(), &found) != 0) return from.Get();  // no /proc
  CopyEach([&](char* data, size_t size) { return ::llistxattr(path.c_str(), data, size); },
           [&](const char* attribute, char* data, size_t size) {
             return ::lgetxattr(path.c_str(), attribute, data, size);
           },
           [&](const char* attribute, const std::string& value) {
             ::fsetxattr(to, attribute, value.data(), value.size(), 0);
           });
  return 0;
}

namespace platform {

int GetAttribute(const char* path, const char* name, bool follow, std::string* value) {
  return ReadWhole(value, [&](char* data, size_t size) {
    return follow ? ::getxattr(path, name, data, size) : ::lgetxattr(path, name, data, size);
  });
}

int SetAttribute(const char* path, const char* name, bool follow, const std::string& value,
                 AttributeMode mode) {
  const int flags = mode == AttributeMode::kCreate    ? XATTR_CREATE
                    : mode == AttributeMode::kReplace ? XATTR_REPLACE
                                                      : 0;
  return Retrying([&] {
    return follow ? ::setxattr(path, name, value.data(), value.size(), flags)
                  : ::lsetxattr(path, name, value.data(), value.size(), flags);
  });
}

int ListAttributes(const char* path, bool follow, std::string* names) {
  return ReadWhole(names, [&](char* data, size_t size) {
    return follow ? ::listxattr(path, data, size) : ::llistxattr(path, data, size);
  });
}

int RemoveAttribute(const char* path, const char* name, bool follow) {
  return Retrying([&] { return follow ? ::removexattr(path, name) : ::lremovexattr(path, name); });
}

}  // namespace platform
}  // namespace uvfiles
