#include "core/temp_calls.h"

#include <fcntl.h>
#include <uv.h>
#include <windows.h>

// After windows.h, which declares its types.
#include <bcrypt.h>

#include "core/temp_name.h"
#include "platform/win32/change.h"
#include "platform/win32/open.h"

#ifdef _MSC_VER
#pragma comment(lib, "bcrypt")
#endif

// Windows has no umask. Files inherit their access rights from the directory, which is usually the user's own (%TEMP%).
namespace uvfiles {

namespace {

constexpr int kMode = 0600;
constexpr int kNew = _O_CREAT | _O_EXCL | _O_RDWR;

int Make(const std::string& path, bool appending, unsigned long attributes) {
  win32::UniqueHandle handle;
  const int flags = kNew | (appending ? _O_APPEND : 0);
  // With FILE_ATTRIBUTE_TEMPORARY, the system keeps the data in memory while there is room.
  const int failure =
      win32::OpenHandle(path, flags, kMode, FILE_ATTRIBUTE_TEMPORARY | attributes, &handle);
  return failure != 0 ? failure : win32::DescriptorOf(std::move(handle));
}

}  // namespace

int MakeFile(const std::string& path, bool appending) { return Make(path, appending, 0); }

// It has a name that nobody can guess. The file disappears with its last handle, however the process ends.
int MakeNamelessFile(const std::string& dir, bool appending) {
  int result = UV_EEXIST;
  for (int i = 0; i < kMaxNames && result == UV_EEXIST; ++i) {
    std::string path;
    const int failure = BuildTempPath({dir, "", ""}, AppendRandomName, &path);
    if (failure != 0) return failure;
    result = Make(path, appending, FILE_FLAG_DELETE_ON_CLOSE);
  }
  return result;
}

int MakePrivateDirectory(const std::string& path) { return win32::MakeDirectoryAt(path); }

int RemoveFileNow(const std::string& path) { return win32::RemoveFile(path); }

int64_t CurrentProcess() { return ::GetCurrentProcessId(); }

void HoldDuringFork(std::mutex*) {}  // Windows has no fork

int RandomBytes(void* bytes, size_t size) {
  const NTSTATUS status =
      ::BCryptGenRandom(nullptr, static_cast<PUCHAR>(bytes), static_cast<ULONG>(size),
                        BCRYPT_USE_SYSTEM_PREFERRED_RNG);
  return status >= 0 ? 0 : UV_EIO;
}

}  // namespace uvfiles
