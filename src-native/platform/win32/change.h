// Calls that change names. Removals and renames wait while a virus scanner or an indexer has a file
// open that was just written, as graceful-fs does. This usually takes less than a tenth of a
// second.
#pragma once

#include <string>
#include <string_view>

#include "core/task.h"
#include "platform/win32/handles.h"

namespace uvfiles {
namespace win32 {

constexpr unsigned long kReplaceExisting = 1;  // MOVEFILE_REPLACE_EXISTING

// 0 or negative in libuv's numbering. Only `Copy` follows a link, unless `how` says otherwise.
int RemoveFile(const std::string& path);  // also a link to a directory; a directory is UV_EPERM
// The same of a name in an open directory.
int RemoveFileBelow(HANDLE directory, std::wstring_view name);
int RemoveDirectoryAt(const std::string& path);  // an empty one; what is no directory is UV_ENOTDIR
int MakeDirectoryAt(const std::string& path);
// `how`: MOVEFILE_ flags. Replaces a file, but never a directory. While somebody has the file open, only Windows 10 1607 and
// newer can replace it, on NTFS, and if it is shared for deletion: UV_EPERM.
int Rename(const std::string& from, const std::string& to, unsigned long how = kReplaceExisting);
// `how`: COPY_FILE_ flags. Windows keeps attributes, streams and times, and shares blocks if the volume can. A task that is
// cancelled meanwhile gets UV_ECANCELED, and no part of the copy stays.
int Copy(const std::string& from, const std::string& to, unsigned long how, const Task& task);
// Makes the content of a file durable.
int Flush(const std::string& path);

}  // namespace win32
}  // namespace uvfiles
