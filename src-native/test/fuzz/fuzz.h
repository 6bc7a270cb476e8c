// What the fuzz targets share: a check that stops at the input that breaks it, and a directory for the files of a process.
//
// Each target is a program for libFuzzer, built and run by scripts/fuzz-native.ts. Its inputs are any bytes; those of corpus/ are where
// it begins.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#define CHECK_THAT(condition)                                              \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

namespace uvfiles {
namespace fuzz {

const std::string& Scratch();

inline void RemoveScratch() {
  const std::string command = "rm -rf '" + Scratch() + "'";
  if (std::system(command.c_str()) != 0) std::fprintf(stderr, "%s fails\n", command.c_str());
}

// A new directory, in memory where there is such a place. It is removed when the process ends without a fault.
inline const std::string& Scratch() {
  // Never destroyed: it is needed at the very end.
  static const std::string* const path = [] {
    auto* const name = new std::string(::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    *name += "/uvfiles-fuzz-XXXXXX";
    CHECK_THAT(::mkdtemp(&(*name)[0]) != nullptr);
    std::atexit(RemoveScratch);
    return name;
  }();
  return *path;
}

inline void WriteText(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
  CHECK_THAT(fd >= 0);
  CHECK_THAT(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(fd);
}

}  // namespace fuzz
}  // namespace uvfiles
