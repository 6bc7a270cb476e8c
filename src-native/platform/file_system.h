// The system calls that core/ needs, one function each, the same on every platform.
//
// Every function returns >= 0 or a negative code in libuv's numbering, retries EINTR (but never for close), and is safe on
// any thread. Paths are bytes; UTF-8 on Windows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/open_file.h"
#include "core/stat_record.h"

namespace uvfiles {
namespace platform {

// The most bytes that one read or write transfers on Linux. Other systems accept as many.
constexpr size_t kMaxTransfer = 0x7ffff000;

// Whether a file may be overwritten without truncating it first if the new content covers all old bytes. Not on Windows,
// where opening with truncation also checks the file's attributes.
#ifdef _WIN32
constexpr bool kWritesOver = false;
#else
constexpr bool kWritesOver = true;
#endif

int OpenByPath(const char* path, int flags, int mode);  // close-on-exec
int CloseFile(int fd);
int Duplicate(int fd);  // another descriptor of the same open file

int64_t Read(int fd, char* data, size_t size);
int64_t Pread(int fd, char* data, size_t size, int64_t position);
int64_t Write(int fd, const char* data, size_t size);
int64_t Pwrite(int fd, const char* data, size_t size, int64_t position);
int64_t Seek(int fd, int64_t offset, int whence);
// From a file to a file or socket, within the kernel. A negative `offset` means the descriptor's position, which then moves.
// A negative code where this is not supported.
int64_t SendRange(int to, int from, int64_t offset, size_t size);

int Stat(const char* path, StatRecord* record);
int Lstat(const char* path, StatRecord* record);
int Fstat(int fd, StatRecord* record);
// Only kind and size, where that is cheaper than a whole fstat. `device`: as fstat reports it, or 0 where that costs more.
int Describe(int fd, FileKind* kind, int64_t* size, uint64_t* device = nullptr);
// The same from what the kernel has cached, for the loop thread. Asks no server, so the size may be outdated.
int DescribeNow(int fd, FileKind* kind, int64_t* size);

int Truncate(int fd, int64_t size);
int Sync(int fd);
int Datasync(int fd);

}  // namespace platform
}  // namespace uvfiles
