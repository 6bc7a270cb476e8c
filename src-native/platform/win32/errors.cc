#include "platform/win32/errors.h"

#include <uv.h>
#include <windows.h>

namespace uvfiles {
namespace win32 {

// libuv's table of Node 20 (1.46) and Node 26 (1.52) for files; where the two differ, that of Node 26. Differences:
//
// - ERROR_BROKEN_PIPE and ERROR_NO_DATA are those of writes. A read takes the first for the end, and gets the second only from a
//   pipe that does not block.
// - ERROR_INVALID_FUNCTION is the answer of a device or a file system that cannot do something
//   (FAT: links). libuv's EISDIR is for
//   reads of directories, which `Read` tells apart itself.
// - Some numbers that libuv does not know have a code: those of network paths, drives without a
//   disk, seeks, the number of links, quotas, and files that are mapped into memory.
int ErrorCode(unsigned long error) {
  switch (error) {
    case ERROR_SUCCESS:
      return 0;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_PATHNAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_MOD_NOT_FOUND:
    case ERROR_INVALID_REPARSE_DATA:
    case ERROR_DIRECTORY:
      return UV_ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_PRIVILEGE_NOT_HELD:
      return UV_EPERM;
    case ERROR_CANT_ACCESS_FILE:
    case 740:  // ERROR_ELEVATION_REQUIRED, which not all headers have
      return UV_EACCES;
    case ERROR_NOACCESS:  // an address in memory; Node 20: EACCES
      return UV_EFAULT;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_PIPE_BUSY:
    case ERROR_BUSY:
    case ERROR_USER_MAPPED_FILE:
      return UV_EBUSY;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return UV_EEXIST;
    case ERROR_DIR_NOT_EMPTY:
      return UV_ENOTEMPTY;
    case ERROR_INVALID_HANDLE:
    case ERROR_INVALID_FLAGS:
      return UV_EBADF;
    case ERROR_INVALID_PARAMETER:
    case ERROR_INVALID_DATA:
    case ERROR_NEGATIVE_SEEK:
    case ERROR_SYMLINK_NOT_SUPPORTED:
    case ERROR_INSUFFICIENT_BUFFER:
      return UV_EINVAL;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
      return UV_ENOMEM;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_CANNOT_MAKE:
    case ERROR_EA_TABLE_FULL:
    case ERROR_END_OF_MEDIA:
    case 1295:  // ERROR_DISK_QUOTA_EXCEEDED, which not all headers have
      return UV_ENOSPC;
    case ERROR_FILE_TOO_LARGE:
      return UV_EFBIG;
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_BUFFER_OVERFLOW:  // Node 20: EFAULT
      return UV_ENAMETOOLONG;
    case ERROR_CANT_RESOLVE_FILENAME:
      return UV_ELOOP;
    case ERROR_TOO_MANY_OPEN_FILES:
      return UV_EMFILE;
    case ERROR_WRITE_PROTECT:
      return UV_EROFS;
    case ERROR_NOT_SAME_DEVICE:
      return UV_EXDEV;
    case ERROR_BROKEN_PIPE:
    case ERROR_BAD_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
      return UV_EPIPE;
    case ERROR_NOT_SUPPORTED:
    case ERROR_INVALID_FUNCTION:
    case ERROR_CALL_NOT_IMPLEMENTED:
      return UV_ENOTSUP;
    case ERROR_TOO_MANY_LINKS:
      return UV_EMLINK;
    case ERROR_META_EXPANSION_TOO_LONG:
      return UV_E2BIG;
    case ERROR_OPERATION_ABORTED:
    case ERROR_REQUEST_ABORTED:  // of a copy
      return UV_ECANCELED;
    case ERROR_NO_UNICODE_TRANSLATION:
      return UV_ECHARSET;
    // Of files on a server.
    case ERROR_NETNAME_DELETED:
      return UV_ECONNRESET;
    case ERROR_CONNECTION_ABORTED:
      return UV_ECONNABORTED;
    case ERROR_CONNECTION_REFUSED:
      return UV_ECONNREFUSED;
    case ERROR_NOT_CONNECTED:
      return UV_ENOTCONN;
    case ERROR_HOST_UNREACHABLE:
      return UV_EHOSTUNREACH;
    case ERROR_NETWORK_UNREACHABLE:
      return UV_ENETUNREACH;
    case ERROR_SEM_TIMEOUT:
      return UV_ETIMEDOUT;
    case ERROR_CRC:
    case ERROR_IO_DEVICE:
    case ERROR_DISK_OPERATION_FAILED:
    case ERROR_GEN_FAILURE:
    case ERROR_SIGNAL_REFUSED:
    case ERROR_OPEN_FAILED:
    case ERROR_FILEMARK_DETECTED:
    case ERROR_BEGINNING_OF_MEDIA:
    case ERROR_SETMARK_DETECTED:
    case ERROR_NO_DATA_DETECTED:
    case ERROR_INVALID_BLOCK_LENGTH:
    case ERROR_BUS_RESET:
    case ERROR_DEVICE_DOOR_OPEN:
    case ERROR_DEVICE_REQUIRES_CLEANING:
    case ERROR_DISK_CORRUPT:
    case ERROR_EOM_OVERFLOW:
    case ERROR_NO_SIGNAL_SENT:
      return UV_EIO;
    case ERROR_HANDLE_EOF:
      return UV_EOF;
    case ERROR_NOT_READY:
    case ERROR_DEVICE_NOT_CONNECTED:
      return UV_ENODEV;
    default:
      return UV_UNKNOWN;
  }
}

int LastError() { return ErrorCode(::GetLastError()); }

}  // namespace win32
}  // namespace uvfiles
