#include "platform/posix/extended_attributes.h"

#include <sys/xattr.h>

#include <cstring>
#include <string>

#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// Reads by a call that answers the size it needs: asks, then reads, again while it grew between the two.
template <typename Call>
bool ReadWhole(std::string* text, Call call) {
  for (;;) {
    const ssize_t needed = call(nullptr, 0);
    if (needed < 0) return false;
    text->resize(static_cast<size_t>(needed));
    if (needed == 0) return true;
    const ssize_t got = call(&(*text)[0], text->size());
    if (got >= 0) {
      text->resize(static_cast<size_t>(got));
      return true;
    }
    if (errno != ERANGE) return false;
  }
}

template <typename List, typename Get, typename Set>
void CopyEach(List list, Get get, Set set) {
  std::string names;
  if (!ReadWhole(&names, list)) return;
  std::string value;
  for (size_t at = 0; at < names.size(); at += std::strlen(&names[at]) + 1) {
    const char* name = &names[at];
    if (std::strcmp(name, "security.capability") == 0) continue;
    if (ReadWhole(&value, [&](char* data, size_t size) { return get(name, data, size); })) {
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

}  // namespace uvfiles
