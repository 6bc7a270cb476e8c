#include "core/make_temp.h"

#include <fcntl.h>
#include <uv.h>

#include "core/temp_name.h"
#include "platform/win32/change.h"
#include "platform/win32/open.h"

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

}  // namespace uvfiles
