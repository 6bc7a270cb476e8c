#include "platform/win32/tasks/directories.h"

#include <uv.h>

#include "core/tasks/directories.h"
#include "core/tasks/records.h"

namespace uvfiles {

namespace {

constexpr size_t kBatchEntries = 1024;
constexpr size_t kEntriesPerLook = 256;

}  // namespace

ScanDirectory::ScanDirectory(TaskArguments&& arguments)
    : path_(std::move(arguments.bytes[0])), names_only_((arguments.numbers[0] & kNamesOnly) != 0) {}

Step ScanDirectory::Fail(int code) {
  directory_.Close();
  error = {code, "scandir", path_, ""};
  return Step::kDone;
}

Step ScanDirectory::Run(const Slice& slice) {
  if (cancelled()) return Fail(UV_ECANCELED);
  if (!directory_.IsOpen()) {
    const int code = directory_.Open(path_, true, false);
    if (code != 0) return Fail(code);
  }
  win32::Entry entry;
  for (size_t count = 1;; count++) {
    const int found = directory_.Next(&entry);
    if (found < 0) return Fail(found);
    if (found == 0) break;
    names_.append(entry.name.c_str(), entry.name.size() + 1);
    if (!names_only_) {
      AppendInteger(&inodes_, entry.inode);
      types_.push_back(static_cast<char>(entry.type));
      if (types_.size() == kBatchEntries) return Batch(false);
    }
    if (count % kEntriesPerLook != 0 || !(slice.Expired() || cancelled())) continue;
    return names_only_ ? Step::kAgain : Batch(false);
  }
  directory_.Close();
  if (names_only_) {
    output = std::move(names_);
    return Step::kDone;
  }
  return types_.empty() ? Step::kDone : Batch(true);
}

Step ScanDirectory::Batch(bool ended) {
  AppendInteger(&output, static_cast<uint32_t>(types_.size()));
  AppendInteger(&output, uint32_t{0});
  output += inodes_;
  output += types_;
  output += names_;
  inodes_.clear();
  types_.clear();
  names_.clear();
  return ended ? Step::kDone : Step::kReady;
}

}  // namespace uvfiles
