// Calls getdents64 with its own buffer, which avoids allocating a DIR per directory, and a lock.
#include "platform/directory_reader.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "platform/posix/retry.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr size_t kBufferSize = 64 * 1024;

// The kernel's record. dirent64 of libc has the same layout, but not the same name everywhere.
struct KernelEntry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[1];
};

}  // namespace

struct DirectoryReader::State {
  UniqueFd directory;
  size_t at = 0;
  size_t end = 0;
  alignas(8) char buffer[kBufferSize];
};

// The buffer stays uninitialized: zeroing it for every listing would cost more than a short listing does.
DirectoryReader::DirectoryReader() : state_(new State) {}
DirectoryReader::~DirectoryReader() = default;

int DirectoryReader::Open(UniqueFd directory) {
  state_->directory = std::move(directory);
  state_->at = state_->end = 0;
  return 0;
}

void DirectoryReader::Close() { state_->directory.Reset(); }

bool DirectoryReader::IsOpen() const { return static_cast<bool>(state_->directory); }

int DirectoryReader::fd() const { return state_->directory.Get(); }

int DirectoryReader::Next(DirectoryEntry* entry) {
  State& state = *state_;
  for (;;) {
    if (state.at == state.end) {
      // musl and older glibc have no wrapper for it.
      const long size = Retrying([&] {
        return ::syscall(SYS_getdents64, state.directory.Get(), state.buffer, kBufferSize);
      });
      // The directory was removed while it was open.
      if (size == -ENOENT) return 0;
      if (size <= 0) return static_cast<int>(size);
      state.at = 0;
      state.end = static_cast<size_t>(size);
    }
    const char* record = state.buffer + state.at;
    uint16_t length;
    std::memcpy(&length, record + offsetof(KernelEntry, length), sizeof length);
    state.at += length;
    const char* name = record + offsetof(KernelEntry, name);
    if (IsDotOrDots(name)) continue;
    std::memcpy(&entry->inode, record, sizeof entry->inode);
    entry->type = static_cast<EntryType>(record[offsetof(KernelEntry, type)]);
    entry->name = name;
    entry->length = std::strlen(name);
    return 1;
  }
}

}  // namespace platform
}  // namespace uvfiles
