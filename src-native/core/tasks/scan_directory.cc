#include <uv.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/task.h"
#include "core/tasks/beneath.h"
#include "core/tasks/directories.h"
#include "core/tasks/records.h"
#include "platform/directory_reader.h"

namespace uvfiles {

namespace {

// The number of entries between two checks of the clock.
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

// The entries of a batch.
class ScanBatch {
 public:
  // One batch is about as much as a consumer handles in one iteration of its loop.
  static constexpr size_t kMostEntries = 1024;

  size_t size() const { return types_.size(); }
  // A NUL is behind the name.
  void Add(const char* name, size_t length, uint64_t inode, EntryType type) {
    AppendInteger(&inodes_, inode);
    types_.push_back(static_cast<char>(type));
    names_.append(name, length + 1);
  }
  // Moves the entries to `output`.
  void Flush(std::string* output) {
    AppendInteger(output, static_cast<uint32_t>(types_.size()));
    AppendInteger(output, uint32_t{0});
    *output += inodes_;
    *output += types_;
    *output += names_;
    inodes_.clear();
    types_.clear();
    names_.clear();
  }

 private:
  std::string inodes_;
  std::string types_;
  std::string names_;
};

class ScanDirectory final : public Task {
 public:
  explicit ScanDirectory(TaskArguments&& arguments)
      : arguments_(std::move(arguments)), names_only_((arguments_.numbers[0] & kNamesOnly) != 0) {}

  Step Run(const Slice& slice) override {
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

 private:
  Step Fail(int code) {
    reader_.Close();
    error = {code, "scandir", arguments_.bytes.back(), ""};
    return Step::kDone;
  }

  Step ListNames(const Slice& slice) {
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

  Step ListBatch(const Slice& slice) {
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

  const TaskArguments arguments_;
  const bool names_only_;
  platform::DirectoryReader reader_;
  std::string names_;
  ScanBatch batch_;
};

}  // namespace

std::unique_ptr<Task> MakeScanDirectory(TaskArguments&& arguments) {
  return std::make_unique<ScanDirectory>(std::move(arguments));
}

}  // namespace uvfiles
