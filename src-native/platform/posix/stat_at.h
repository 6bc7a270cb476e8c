// The status of files by descriptor, and relative to a directory's descriptor.
#pragma once

#include <sys/statvfs.h>

#include <cstdint>
#include <string>

#include "core/stat_record.h"

namespace uvfiles {
namespace platform {

// Fills `record`, with the birth time where the system has it. `flags`: 0 or AT_SYMLINK_NOFOLLOW. 0 or a negative code.
int StatAt(int directory, const char* path, int flags, StatRecord* record);
int StatFd(int fd, StatRecord* record);

// `times`: seconds and nanoseconds of the last access, then of the last change.
int ChangeTimesAt(int directory, const char* path, const int64_t* times, int flags);

// Appends the numbers that PathCallName::kStatvfs answers.
void AppendStatvfs(const struct statvfs& answer, std::string* output);

}  // namespace platform
}  // namespace uvfiles
