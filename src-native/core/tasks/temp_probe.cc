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
    const int tried = Try(candidates_[next_]);
    if (tried == 0) {
      AppendInteger(&output, static_cast<uint32_t>(next_));
      return Step::kDone;
    }
    // It says nothing about the directory. The next one may get a descriptor, and would be taken in its place.
    if (tried == UV_EMFILE || tried == UV_ENFILE) {
      error = {tried, "open", candidates_[next_], ""};
      return Step::kDone;
    }
    ++next_;
    if (slice.Expired() && next_ < candidates_.size()) return Step::kAgain;
  }
  error = {UV_ENOENT, "open", candidates_.empty() ? std::string() : candidates_.back(), ""};
  return Step::kDone;
}

int TempProbe::Try(const std::string& dir) {
  int fd = UV_EEXIST;
  std::string path;
  for (int i = 0; i < kMaxNames && fd == UV_EEXIST; ++i) {
    const int built = BuildTempPath({dir, "", ""}, AppendRandomName, &path);
    if (built != 0) return built;
    fd = MakeFile(path, false);
  }
  if (fd < 0) return fd;
  const int written = WriteAll(fd, "probe", 5, -1);
  platform::CloseFile(fd);
  const int removed = RemoveFileNow(path);
  return removed != 0 ? removed : written;
}

}  // namespace uvfiles
