// copyfile knows which attributes and access control lists belong to a file.
#include "platform/posix/extended_attributes.h"

#include <copyfile.h>

namespace uvfiles {

void CopyAttributes(int from, int to) {
  ::fcopyfile(from, to, nullptr, COPYFILE_XATTR | COPYFILE_ACL);
}

}  // namespace uvfiles
