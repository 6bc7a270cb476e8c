// A log-linear histogram of nanoseconds, like HdrHistogram. It has 16 steps per octave, so values
// are known within 6 %, from 64 ns to 18 minutes in 5 KiB. Not thread-safe: its owner's lock guards
// it.
#pragma once

#include <cstdint>

namespace uvfiles {

class Histogram {
 public:
  static constexpr int kSubBits = 4;
  static constexpr int kFirstOctave =
      6;  // everything under 64 ns falls into the first octave's steps
  static constexpr int kOctaves = 35;
  static constexpr int kBuckets = kOctaves << kSubBits;

  void Record(uint64_t ns) {
    counts_[IndexOf(ns)]++;
    count_++;
    sum_ += ns;
    if (ns < min_) min_ = ns;
    if (ns > max_) max_ = ns;
  }

  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  uint64_t min() const { return count_ == 0 ? 0 : min_; }
  uint64_t max() const { return max_; }
  const uint64_t* buckets() const { return counts_; }

  static int IndexOf(uint64_t ns) {
    if (ns < (1u << kFirstOctave)) return static_cast<int>(ns >> (kFirstOctave - kSubBits));
    int octave = 63 - LeadingZeros(ns);
    const int step = static_cast<int>((ns >> (octave - kSubBits)) & ((1 << kSubBits) - 1));
    octave -= kFirstOctave - 1;
    return octave >= kOctaves ? kBuckets - 1 : (octave << kSubBits) + step;
  }

 private:
  static int LeadingZeros(uint64_t value) {
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_clzll(value);
#else
    int zeros = 0;
    for (uint64_t bit = uint64_t{1} << 63; (value & bit) == 0; bit >>= 1) zeros++;
    return zeros;
#endif
  }

  uint64_t counts_[kBuckets] = {};
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  uint64_t min_ = UINT64_MAX;
  uint64_t max_ = 0;
};

}  // namespace uvfiles
