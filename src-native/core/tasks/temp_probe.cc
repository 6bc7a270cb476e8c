#include "core/tasks/temp_probe.h"

#include <uv.h>

#include <cstdint>
#include <utility>

#include "core/make_temp.h"
#include "core/remove_now.h"
#include "core/tasks/records.h"
#include "core/temp_name.h"
#include "core/write_all.h"

namespace uvfiles {

TempProbe::TempProbe(TaskArguments&& arguments) : candidates_(std::move(arguments.bytes)) {}

Step TempProbe::Run(const Slice& slice) {
  while (next_ < candidates_.size()) {
    if (cancelled()) {
      error = {UV_ECANCELED, "open", candidates_[next_], ""};
      return Step::kDone;
    }
    if (Serves(candidates_[next_])) {
      AppendInteger(&output, static_cast<uint32_t>(next_));
      return Step::kDone;
    }
    ++next_;
    if (slice.Expired() && next_ < candidates_.size()) return Step::kAgain;
  }
  error = {UV_ENOENT, "open", candidates_.empty() ? std::string() : candidates_.back(), ""};
  return Step::kDone;
}

bool TempProbe::Serves(const std::string& dir) {
  int fd = UV_EEXIST;
  std::string path;
  for (int i = 0; i < kMaxNames && fd == UV_EEXIST; ++i) {
    if (BuildTempPath({dir, "", ""}, AppendRandomName, &path) != 0) return false;
    fd = MakeFile(path, false);
  }
  if (fd < 0) return false;
  const bool written = WriteAll(fd, "probe", 5, -1) == 0;
  platform::CloseFile(fd);
  return RemoveFileNow(path) == 0 && written;
}

}  // namespace uvfiles
