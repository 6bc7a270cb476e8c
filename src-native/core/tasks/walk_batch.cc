#include "core/tasks/walk_batch.h"

#include <algorithm>

#include "core/tasks/records.h"
#include "platform/directories.h"

namespace uvfiles {

namespace {

// Where reading ahead stops: directories and bytes of names in one batch.
constexpr uint32_t kMaxDirectories = 512;
constexpr size_t kMaxTexts = 128 * 1024;

}  // namespace

WalkBatch::WalkBatch(int64_t directories)
    : most_directories_(static_cast<uint32_t>(std::max<int64_t>(1, directories))) {}

bool WalkBatch::IsFull() const {
  return record_count_ >= most_directories_ || texts_.size() >= kMaxTexts;
}

void WalkBatch::Grow() { most_directories_ = std::min(most_directories_ * 2, kMaxDirectories); }

void WalkBatch::Add(uint32_t depth, uint32_t index, int code, const std::string& top,
                    const std::string& relative, const WalkListing& listing) {
  AppendInteger(&records_, depth);
  AppendInteger(&records_, index);
  AppendInteger(&records_, static_cast<int32_t>(code));
  platform::AppendJoined(top, relative, &texts_);
  texts_.push_back('\0');
  for (const WalkNames* names : {&listing.directories, &listing.links, &listing.others}) {
    AppendInteger(&records_, names->count);
    texts_ += names->text;
  }
  record_count_++;
}

Step WalkBatch::Flush(Step step, std::string* output) {
  if (record_count_ == 0) return step;
  output->reserve(8 + records_.size() + texts_.size());
  AppendInteger(output, record_count_);
  AppendInteger(output, static_cast<uint32_t>(8 + records_.size()));
  *output += records_;
  *output += texts_;
  records_.clear();
  texts_.clear();
  record_count_ = 0;
  return step;
}

}  // namespace uvfiles
