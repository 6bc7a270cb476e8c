#include "platform/posix/make_special.h"

namespace uvfiles {

int MakeSpecialAt(int directory, const char* name, const struct stat& original) {
  return ::mknodat(directory, name, original.st_mode, original.st_rdev);
}

}  // namespace uvfiles
