#include "platform/path_list.h"

#include <fcntl.h>

#include "platform/file_system.h"
#include "platform/win32/stat.h"

namespace uvfiles {
namespace platform {

namespace {

class Win32PathList final : public PathList {
 public:
  explicit Win32PathList(const std::string& paths) : paths_(paths) {}

  int Stat(size_t at, bool follow, StatRecord* record) override {
    return win32::StatPath(paths_.c_str() + at, follow, record);
  }
  int Open(size_t at) override { return OpenByPath(paths_.c_str() + at, _O_RDONLY, 0); }
  void OpenAhead(size_t, uint64_t) override {}
  void LookUpAnew() override {}
  void CloseAll() override {}

 private:
  const std::string& paths_;
};

}  // namespace

std::unique_ptr<PathList> MakePathList(const std::string& paths) {
  return std::make_unique<Win32PathList>(paths);
}

}  // namespace platform
}  // namespace uvfiles
