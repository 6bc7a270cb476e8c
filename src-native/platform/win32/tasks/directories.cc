#include "platform/win32/tasks/directories.h"

#include <uv.h>

namespace uvfiles {

namespace {

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
    if (names_only_) {
      names_.append(entry.name.c_str(), entry.name.size() + 1);
    } else {
      batch_.Add(entry.name.c_str(), entry.name.size(), entry.inode, entry.type);
      if (batch_.size() == ScanBatch::kMostEntries) return Batch(false);
    }
    if (count % kEntriesPerLook != 0 || !(slice.Expired() || cancelled())) continue;
    return names_only_ ? Step::kAgain : Batch(false);
  }
  directory_.Close();
  if (names_only_) {
    output = std::move(names_);
    return Step::kDone;
  }
  return batch_.size() == 0 ? Step::kDone : Batch(true);
}

Step ScanDirectory::Batch(bool ended) {
  batch_.Flush(&output);
  return ended ? Step::kDone : Step::kReady;
}

}  // namespace uvfiles
