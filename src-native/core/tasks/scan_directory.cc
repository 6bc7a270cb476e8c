#include "core/tasks/scan_directory.h"

#include <uv.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/tasks/beneath.h"

namespace uvfiles {

namespace {

// Between two looks at the clock.
constexpr size_t kEntriesPerLook = 256;

// A name in the list, by the bytes that decide most comparisons: the first eight after what all names have in common.
struct SortKey {
  uint64_t start;
  std::string_view name;
};

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t at = 0; at < sizeof value; at++) {
    value = value << 8 | (at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0);
  }
  return value;
}

size_t CommonLength(std::string_view a, std::string_view b) {
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<size_t>(differ.first - a.begin());
}

// `names` has a NUL behind each name. Comparing numbers takes half the time of comparing strings.
std::string Sorted(const std::string& names) {
  std::vector<SortKey> keys;
  for (size_t at = 0; at < names.size();) {
    const size_t end = names.find('\0', at) + 1;
    keys.push_back({0, std::string_view(names).substr(at, end - at)});
    at = end;
  }
  if (keys.empty()) return names;
  std::string_view common = keys[0].name;
  for (const SortKey& key : keys) common = common.substr(0, CommonLength(common, key.name));
  for (SortKey& key : keys) key.start = BigEndian(key.name.substr(common.size()));
  std::sort(keys.begin(), keys.end(), [](const SortKey& a, const SortKey& b) {
    return a.start != b.start ? a.start < b.start : a.name < b.name;
  });
  std::string sorted;
  sorted.reserve(names.size());
  for (const SortKey& key : keys) sorted.append(key.name);
  return sorted;
}

}  // namespace

ScanDirectory::ScanDirectory(TaskArguments&& arguments)
    : arguments_(std::move(arguments)), names_only_((arguments_.numbers[0] & kNamesOnly) != 0) {}

Step ScanDirectory::Fail(int code) {
  reader_.Close();
  error = {code, "scandir", arguments_.bytes.back(), ""};
  return Step::kDone;
}

Step ScanDirectory::Run(const Slice& slice) {
  if (cancelled()) return Fail(UV_ECANCELED);
  if (!reader_.IsOpen()) {
    const int code = arguments_.bytes.size() == 1 ? reader_.Open(arguments_.bytes[0])
                                                  : OpenBeneath(arguments_, &reader_, &error);
    // Ready and empty: the caller waits for a descriptor and runs the task again.
    if (IsDescriptorShortage(code)) return Step::kReady;
    if (error) return Step::kDone;
    if (code < 0) return Fail(code);
  }
  return names_only_ ? ListNames(slice) : ListBatch(slice);
}

Step ScanDirectory::ListNames(const Slice& slice) {
  platform::DirectoryEntry entry;
  for (size_t count = 1;; count++) {
    const int found = reader_.Next(&entry);
    if (found < 0) return Fail(found);
    if (found == 0) break;
    names_.append(entry.name, entry.length + 1);
    if (count % kEntriesPerLook == 0 && (slice.Expired() || cancelled())) return Step::kAgain;
  }
  reader_.Close();
  output = (arguments_.numbers[0] & kSorted) != 0 && names_.size() <= kMostSortedBytes
               ? Sorted(names_)
               : std::move(names_);
  return Step::kDone;
}

Step ScanDirectory::ListBatch(const Slice& slice) {
  platform::DirectoryEntry entry;
  bool ended = false;
  while (batch_.size() < ScanBatch::kMostEntries) {
    const int found = reader_.Next(&entry);
    if (found < 0) return Fail(found);
    if (found == 0) {
      ended = true;
      break;
    }
    batch_.Add(entry.name, entry.length, entry.inode, reader_.TypeOf(entry));
    if (batch_.size() % kEntriesPerLook == 0 && (slice.Expired() || cancelled())) break;
  }
  if (batch_.size() > 0) batch_.Flush(&output);
  if (!ended) return Step::kReady;
  reader_.Close();
  return Step::kDone;
}

}  // namespace uvfiles
