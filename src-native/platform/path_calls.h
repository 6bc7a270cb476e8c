// The system calls on paths that core/tasks/path_call.h offers to JavaScript.
//
// Every function returns 0 or a negative code in libuv's numbering, unless it says otherwise. Without a `follow` argument,
// links are followed as POSIX does. All functions are safe on any thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/tasks/path_call.h"

namespace uvfiles {
namespace platform {

// Checks with the real ids, as access(2).
bool MayAccess(const std::string& path, int mode);
// False on an error.
bool IsMount(const std::string& path);

int ChangeMode(const std::string& path, int64_t mode);
int ChangeOwner(const std::string& path, int64_t user, int64_t group, bool follow);
// `times`: seconds and nanoseconds of the last access, then of the last change.
int ChangeTimes(const std::string& path, const int64_t* times, bool follow);
int TruncatePath(const std::string& path, int64_t size);
int RealPath(const std::string& path, std::string* resolved);
int ReadLink(const std::string& path, std::string* text);
// Appends the numbers that kStatvfs returns.
int StatFileSystem(const std::string& path, std::string* output);

int Unlink(const std::string& path);
int Link(const std::string& path, const std::string& dest);
int Symlink(const std::string& text, const std::string& path);
// Makes the names in the directory durable.
int SyncNames(const std::string& path);
// The same for the directory that holds `path`; with `whole_file_system`, everything else on that file system, too.
int SyncNameOf(const std::string& path, bool whole_file_system);

// -ENOTSUP if the file system, or this system, has no extended attributes.
int GetAttribute(const char* path, const char* name, bool follow, std::string* value);
int SetAttribute(const char* path, const char* name, bool follow, const std::string& value,
                 AttributeMode mode);
// The names, with a NUL after each.
int ListAttributes(const char* path, bool follow, std::string* names);
int RemoveAttribute(const char* path, const char* name, bool follow);

}  // namespace platform
}  // namespace uvfiles
