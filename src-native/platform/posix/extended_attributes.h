// Copies extended attributes, including access control lists. platform/path_calls.h has the calls for single attributes.
#pragma once

#include <sys/types.h>

#include <string>

#include "platform/posix/retry.h"

namespace uvfiles {

// Gives `to` the attributes that `from` has and that the process may set. Capabilities are not copied, because they were
// granted to the old content. Attributes that the file system lacks or refuses are skipped.
void CopyAttributes(int from, int to);
// The same from the file `name` in `directory`. A link is not followed. 0, or a negative code if this needs a descriptor
// and there is none left.
int CopyAttributesOf(int directory, const char* name, int to);

// Reads with a call that reports the size that it needs: asks for the size, then reads, and repeats both if the value grew
// in between. 0 or -errno.
template <typename Call>
int ReadWhole(std::string* text, Call call) {
  for (;;) {
    const ssize_t needed = Retrying([&] { return call(nullptr, 0); });
    if (needed < 0) return static_cast<int>(needed);
    text->resize(static_cast<size_t>(needed));
    if (needed == 0) return 0;
    const ssize_t got = Retrying([&] { return call(&(*text)[0], text->size()); });
    if (got >= 0) {
      text->resize(static_cast<size_t>(got));
      return 0;
    }
    if (got != -ERANGE) return static_cast<int>(got);
  }
}

}  // namespace uvfiles
