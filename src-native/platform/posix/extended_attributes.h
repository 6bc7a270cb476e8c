// Copies of extended attributes, access control lists among them. platform/path_calls.h has the calls for one of them.
#pragma once

#include <sys/types.h>

#include <string>

#include "platform/posix/retry.h"

namespace uvfiles {

// Gives `to` the attributes that `from` has and that the process may set. Capabilities stay behind: they were granted
// to the old content. What a file system does not have or does not allow is passed over.
void CopyAttributes(int from, int to);
// The same from the file `name` in `directory`, which is not followed where it is a link. 0, or a negative code when
// there is no descriptor to be had and no way without one.
int CopyAttributesOf(int directory, const char* name, int to);

// Reads by a call that answers the size it needs: asks, then reads, again while it grew between the two. 0 or -errno.
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
