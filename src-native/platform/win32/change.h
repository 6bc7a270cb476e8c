// Calls that change names: each waits out the moments in which a virus scanner or an indexer holds a file that somebody has
// just written, as graceful-fs does, because a failure that is gone in a tenth of a second is none.
#pragma once

#include <string>

namespace uvfiles {
namespace win32 {

constexpr unsigned long kReplaceExisting = 1;  // MOVEFILE_REPLACE_EXISTING

// 0 or negative in libuv's numbering. None follows a link.
int RemoveFile(const std::string& path);  // also a link to a directory; a directory is UV_EPERM
int RemoveDirectoryAt(const std::string& path);  // an empty one; what is no directory is UV_ENOTDIR
int MakeDirectoryAt(const std::string& path);
// `how`: MOVEFILE_ flags. Replaces what is there, open or not, but no directory.
int Rename(const std::string& from, const std::string& to, unsigned long how = kReplaceExisting);
// `how`: COPY_FILE_ flags. Windows keeps attributes, streams and times, and shares blocks where the volume can.
int Copy(const std::string& from, const std::string& to, unsigned long how);

}  // namespace win32
}  // namespace uvfiles
