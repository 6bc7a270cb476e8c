// Transfers and opens that never wait, for descriptors that can be polled.
//
// Descriptors that were opened here are O_NONBLOCK. Inherited ones are left as they are (the flag belongs to the open file
// description, which the shell and other programs share), so one transfer at a time is kept from waiting.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/open_file.h"

namespace uvfiles {
namespace platform {

// Bytes read, 0 at the end, or UV_EAGAIN when it would have to wait.
int64_t ReadNow(const OpenFile& file, char* data, size_t size);
// Bytes written, which may be fewer than given, or UV_EAGAIN when it would have to wait.
int64_t WriteNow(const OpenFile& file, const char* data, size_t size);

// As open_file, without waiting for the other end of a FIFO, a carrier or a medium.
int OpenNow(const char* path, int flags, int mode);
// For what turned out to be no such file: other users of the descriptor shall find it as they expect.
int MakeBlocking(int fd, int flags);
// Whether `error`, from open_now, means a FIFO that nobody reads yet.
bool LacksReader(const char* path, int flags, int error);

}  // namespace platform
}  // namespace uvfiles
