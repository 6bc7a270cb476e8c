// The system calls that core/ needs, one function each, the same on every platform.
//
// Every function answers >= 0 or a negative code in libuv's numbering, retries EINTR (but never for close), and is
// safe on any thread. Paths are bytes: UTF-8 on Windows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/open_file.h"
#include "core/stat_record.h"

namespace uvfiles {
namespace platform {

// The most that one read or write moves on Linux, whatever is asked; the others take it as well.
constexpr size_t kMaxTransfer = 0x7ffff000;

int open_file(const char* path, int flags, int mode);  // close-on-exec
int close_file(int fd);

int64_t read(int fd, char* data, size_t size);
int64_t pread(int fd, char* data, size_t size, int64_t position);
int64_t write(int fd, const char* data, size_t size);
int64_t pwrite(int fd, const char* data, size_t size, int64_t position);
int64_t seek(int fd, int64_t offset, int whence);

int stat(const char* path, StatRecord* record);
int lstat(const char* path, StatRecord* record);
int fstat(int fd, StatRecord* record);
// Kind and size only, where that is cheaper than all of fstat.
int describe(int fd, FileKind* kind, int64_t* size);

int truncate(int fd, int64_t size);
int sync(int fd);
int datasync(int fd);

}  // namespace platform
}  // namespace uvfiles
