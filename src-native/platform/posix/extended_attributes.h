// Extended attributes, access control lists among them.
#pragma once

#include <cstdint>
#include <string>

#include "core/tasks/path_call.h"

namespace uvfiles {

// Gives `to` the attributes that `from` has and that the process may set. Capabilities stay behind: they were granted
// to the old content. What a file system does not have or does not allow is passed over.
void CopyAttributes(int from, int to);
// The same from the file `name` in `directory`, which is not followed where it is a link. 0, or a negative code when
// there is no descriptor to be had and no way without one.
int CopyAttributesOf(int directory, const char* name, int to);

// The extended attributes of a path; with `follow` false those of a link itself. 0 or a negative code: -ENOTSUP where
// the file system, or this system, has none.
int GetAttribute(const char* path, const char* name, bool follow, std::string* value);
int SetAttribute(const char* path, const char* name, bool follow, const std::string& value,
                 AttributeMode mode);
// The names, a NUL behind each.
int ListAttributes(const char* path, bool follow, std::string* names);
int RemoveAttribute(const char* path, const char* name, bool follow);

}  // namespace uvfiles
