// The result of stat in 64-bit integers, the same on every platform.
#pragma once

#include <cstdint>
#include <cstring>

namespace uvfiles {

struct StatRecord {
  int64_t dev = 0, mode = 0, nlink = 0, uid = 0, gid = 0, rdev = 0, blksize = 0;
  int64_t ino = 0, size = 0, blocks = 0;
  int64_t atime_sec = 0, atime_nsec = 0;
  int64_t mtime_sec = 0, mtime_nsec = 0;
  int64_t ctime_sec = 0, ctime_nsec = 0;
  int64_t birthtime_sec = 0, birthtime_nsec = 0;
  static constexpr int kFields = 18;
};
static_assert(sizeof(StatRecord) == StatRecord::kFields * sizeof(int64_t), "read as an array");

// Puts the fields of a status into numbers: doubles, or exact integers.
inline void PutStatus(const StatRecord& record, bool exact, double* to) {
  if (exact) {
    std::memcpy(to, &record, sizeof record);
    return;
  }
  const int64_t* const fields = reinterpret_cast<const int64_t*>(&record);
  for (int i = 0; i < StatRecord::kFields; i++) to[i] = static_cast<double>(fields[i]);
}

// The kind of file in `mode`. The numbers are the same on every system.
constexpr int64_t kTypeMask = 0170000;
constexpr int64_t kTypeLink = 0120000;
constexpr int64_t kTypeDirectory = 0040000;
constexpr int64_t kTypeRegular = 0100000;

}  // namespace uvfiles
