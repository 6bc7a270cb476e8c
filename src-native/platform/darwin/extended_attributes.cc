#include "platform/posix/extended_attributes.h"

#include <copyfile.h>
#include <fcntl.h>
#if __has_include(<sys/xattr.h>)
#include <sys/xattr.h>
#else
// Cross compilers lack this header of macOS.
#include <sys/types.h>

#include <cstdint>

extern "C" {
ssize_t getxattr(const char*, const char*, void*, size_t, uint32_t position, int options);
ssize_t listxattr(const char*, char*, size_t, int options);
int setxattr(const char*, const char*, const void*, size_t, uint32_t position, int options);
int removexattr(const char*, const char*, int options);
}
#define XATTR_NOFOLLOW 0x0001
#define XATTR_CREATE 0x0002
#define XATTR_REPLACE 0x0004
#endif

#include "core/unique_fd.h"
#include "platform/path_calls.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

int Options(bool follow) { return follow ? 0 : XATTR_NOFOLLOW; }

}  // namespace

// fcopyfile(3) copies extended attributes and access control lists, and knows which of them belong to the file.
void CopyAttributes(int from, int to) {
  ::fcopyfile(from, to, nullptr, COPYFILE_XATTR | COPYFILE_ACL);
}

int CopyAttributesOf(int directory, const char* name, int to) {
  const UniqueFd from(Retrying(
      [&] { return ::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (from) CopyAttributes(from.Get(), to);
  return IsDescriptorShortage(from.Get()) ? from.Get() : 0;
}

namespace platform {

int GetAttribute(const char* path, const char* name, bool follow, std::string* value) {
  return ReadWhole(value, [&](char* data, size_t size) {
    return ::getxattr(path, name, data, size, 0, Options(follow));
  });
}

int SetAttribute(const char* path, const char* name, bool follow, const std::string& value,
                 AttributeMode mode) {
  const int flags = mode == AttributeMode::kCreate    ? XATTR_CREATE
                    : mode == AttributeMode::kReplace ? XATTR_REPLACE
                                                      : 0;
  return Retrying([&] {
    return ::setxattr(path, name, value.data(), value.size(), 0, flags | Options(follow));
  });
}

int ListAttributes(const char* path, bool follow, std::string* names) {
  return ReadWhole(names, [&](char* data, size_t size) {
    return ::listxattr(path, data, size, Options(follow));
  });
}

int RemoveAttribute(const char* path, const char* name, bool follow) {
  return Retrying([&] { return ::removexattr(path, name, Options(follow)); });
}

}  // namespace platform
}  // namespace uvfiles
