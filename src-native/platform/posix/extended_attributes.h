// Extended attributes, access control lists among them.
#pragma once

namespace uvfiles {

// Gives `to` the attributes that `from` has and that the process may set. Capabilities stay behind: they were granted
// to the old content. What a file system does not have or does not allow is passed over.
void CopyAttributes(int from, int to);

}  // namespace uvfiles
