// Calls that change names. Removals and renames wait while a virus scanner or an indexer has a file
// open that was just written, as graceful-fs does. This usually takes less than a tenth of a
// second.
#pragma once

#include <string>

namespace uvfiles {
namespace win32 {

constexpr unsigned long kReplaceExisting = 1;  // MOVEFILE_REPLACE_EXISTING

// 0 or negative in libuv's numbering. Only `Copy` follows a link, unless `how` says otherwise.
int RemoveFile(const std::string& path);  // also a link to a directory; a directory is UV_EPERM
int RemoveDirectoryAt(const std::string& path);  // an empty one; what is no directory is UV_ENOTDIR
int MakeDirectoryAt(const std::string& path);
// `how`: MOVEFILE_ flags. Replaces a file unless somebody has it open without sharing it for deletion; never a directory.
int Rename(const std::string& from, const std::string& to, unsigned long how = kReplaceExisting);
// `how`: COPY_FILE_ flags. Windows keeps attributes, streams and times, and shares blocks if the volume can.
int Copy(const std::string& from, const std::string& to, unsigned long how);

}  // namespace win32
}  // namespace uvfiles
