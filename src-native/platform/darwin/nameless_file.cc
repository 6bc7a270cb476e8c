// macOS has no files without a name.
#include "platform/posix/nameless_file.h"

#include <cerrno>

namespace uvfiles {

int OpenNameless(int, mode_t) { return -ENOTSUP; }
int NameNameless(int, int, const char*) { return -ENOTSUP; }
std::string NamelessPath(int) { return ""; }

}  // namespace uvfiles
