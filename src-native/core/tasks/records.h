// Packs a task's output: integers in native byte order, texts with their length or a NUL behind them.
// The readers are in lib/native/records.ts.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace uvfiles {

template <typename Integer>
void AppendInteger(std::string* output, Integer value) {
  output->append(reinterpret_cast<const char*>(&value), sizeof value);
}

// The record of a failure that kReportEach (core/tasks/remove_tree.h) asks for.
inline void AppendFailure(int code, const char* syscall, const std::string& path,
                          std::string* output) {
  AppendInteger(output, static_cast<int32_t>(code));
  AppendInteger(output, static_cast<uint32_t>(std::strlen(syscall)));
  AppendInteger(output, static_cast<uint32_t>(path.size()));
  output->append(syscall).append(path);
}

// Calls `each(const char* begin, size_t length)` for the items of a list that was passed as one
// string, with NUL between them. No path contains a NUL, and passing one string from JavaScript is
// a hundred times faster than passing a thousand.
template <typename Each>
void SplitList(const std::string& joined, Each each) {
  size_t begin = 0;
  for (;;) {
    const void* found = std::memchr(joined.data() + begin, '\0', joined.size() - begin);
    const size_t end = found == nullptr
                           ? joined.size()
                           : static_cast<size_t>(static_cast<const char*>(found) - joined.data());
    each(joined.data() + begin, end - begin);
    if (found == nullptr) return;
    begin = end + 1;
  }
}

}  // namespace uvfiles
