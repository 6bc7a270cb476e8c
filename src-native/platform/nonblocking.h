// Transfers and opens that never wait, for descriptors that can be polled.
//
// The library opens such files with O_NONBLOCK. Inherited descriptors stay as they are, because the flag belongs to the
// open file description, which the shell and other programs share. Each transfer on them is made so that it does not
// wait.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/open_file.h"

namespace uvfiles {
namespace platform {

// Bytes read, 0 at the end, or UV_EAGAIN if it would have to wait.
int64_t ReadNow(const OpenFile& file, char* data, size_t size);
// Bytes written, which may be fewer than given, or UV_EAGAIN if it would have to wait.
int64_t WriteNow(const OpenFile& file, const char* data, size_t size);

// As OpenByPath, but does not wait for the other end of a FIFO, a carrier or a medium.
int OpenNow(const char* path, int flags, int mode);
// For files of other kinds that OpenNow has opened: other users of the descriptor do not expect O_NONBLOCK.
int MakeBlocking(int fd, int flags);
// 1 or 0, or a negative code.
int IsNonblocking(int fd);
// Whether `error`, from OpenNow, means a FIFO without a reader.
bool LacksReader(const char* path, int flags, int error);

}  // namespace platform
}  // namespace uvfiles
