#include "binding/garbage_pacer.h"

#include <algorithm>

namespace uvfiles {

namespace {

constexpr double kMiB = 1 << 20;
constexpr double kShortestPeriod = 2 * kMiB;
constexpr double kLongestPeriod = 32 * kMiB;  // V8 scavenges by itself
// If two mark-compacts happen before this many bytes are given out, the period is divided by four. Fewer mark-compacts cost
// less than the garbage that prevents them. After this many bytes without one, the period grows: it doubles in 90 scavenges.
constexpr double kPatience = 256 * kMiB;
constexpr double kGrowth = 1 + 1.0 / 128;
constexpr double kLeastShare = 1.0 / 64;
constexpr double kMostOwed = 4 * kMiB;
// A smaller piece is not worth the calls. Beyond 128 KiB an array is a large object.
constexpr size_t kLeastPiece = 8 << 10;
constexpr size_t kMostPiece = 120 << 10;
constexpr size_t kElement = 8;
constexpr int kOldAfter = 3;  // scavenges

}  // namespace

const GarbagePacer::Pace GarbagePacer::kLargeResults = {16 * kMiB, 1.0 / 3, 4};
const GarbagePacer::Pace GarbagePacer::kSharedMemory = {kLongestPeriod, kLeastShare, 2};
const GarbagePacer::Pace GarbagePacer::kLargestResults = {kLongestPeriod, kLeastShare, 1.4};

GarbagePacer::GarbagePacer(napi_env env, const Pace& pace)
    : env_(env),
      most_share_(pace.most_share),
      given_since_marked_(kPatience),
      share_(pace.first_share),
      period_(pace.first_period) {}

GarbagePacer::~GarbagePacer() {
  for (const napi_ref reference : {young_, old_}) {
    if (reference != nullptr) napi_delete_reference(env_, reference);
  }
}

void GarbagePacer::GaveOut(size_t size) {
  given_ += static_cast<double>(size);
  owed_ = std::min(owed_ + static_cast<double>(size) * share_, kMostOwed);
  if (owed_ < kLeastPiece) return;
  if (IsCleared(young_)) AfterScavenge();
  while (owed_ >= kLeastPiece && MakeGarbage(std::min(static_cast<size_t>(owed_), kMostPiece))) {
  }
}

// In a handle scope of its own, so that a scavenge finds all of it dead.
bool GarbagePacer::MakeGarbage(size_t size) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(env_, &scope) != napi_ok) return false;
  napi_value garbage;
  const bool made = napi_create_array_with_length(env_, size / kElement, &garbage) == napi_ok;
  if (made && young_ == nullptr) napi_create_reference(env_, garbage, 0, &young_);
  napi_close_handle_scope(env_, scope);
  owed_ -= static_cast<double>(size);
  return made;
}

bool GarbagePacer::IsCleared(napi_ref reference) {
  napi_handle_scope scope;
  if (reference == nullptr || napi_open_handle_scope(env_, &scope) != napi_ok) return false;
  napi_value garbage = nullptr;
  napi_get_reference_value(env_, reference, &garbage);
  napi_close_handle_scope(env_, scope);
  return garbage == nullptr;
}

void GarbagePacer::AfterScavenge() {
  napi_delete_reference(env_, young_);
  young_ = nullptr;
  WatchMarkCompacts();
  share_ = std::clamp(share_ * std::clamp(given_ / period_, 0.5, 2.0), kLeastShare, most_share_);
  given_ = 0;
}

void GarbagePacer::WatchMarkCompacts() {
  given_since_marked_ += given_;
  if (given_since_marked_ > kPatience) period_ = std::min(period_ * kGrowth, kLongestPeriod);
  if (IsCleared(old_)) {
    napi_delete_reference(env_, old_);
    old_ = nullptr;
    if (given_since_marked_ < kPatience) period_ = std::max(period_ / 4, kShortestPeriod);
    given_since_marked_ = 0;
  }
  if (old_ == nullptr) {
    napi_handle_scope scope;
    if (napi_open_handle_scope(env_, &scope) != napi_ok) return;
    napi_value garbage;
    if (napi_create_object(env_, &garbage) == napi_ok)
      napi_create_reference(env_, garbage, 1, &old_);
    napi_close_handle_scope(env_, scope);
    scavenges_ = 0;
  } else if (++scavenges_ == kOldAfter) {
    napi_reference_unref(env_, old_, nullptr);
  }
}

}  // namespace uvfiles
