// Lists directories with readdir(3), which has a buffer of its own.
#include "platform/directory_reader.h"

#include <cstring>

#include "platform/posix/directory_stream.h"

namespace uvfiles {
namespace platform {

struct DirectoryReader::State {
  DirectoryStream stream;
};

DirectoryReader::DirectoryReader() : state_(new State) {}
DirectoryReader::~DirectoryReader() = default;

int DirectoryReader::Open(UniqueFd directory) {
  state_->stream = DirectoryStream(directory.Release());
  return state_->stream ? 0 : -errno;
}

void DirectoryReader::Close() { state_->stream.Close(); }

bool DirectoryReader::IsOpen() const { return static_cast<bool>(state_->stream); }

int DirectoryReader::fd() const { return state_->stream.fd(); }

int DirectoryReader::Next(DirectoryEntry* entry) {
  const dirent* found = state_->stream.Next();
  if (found == nullptr) return -errno;
  entry->name = found->d_name;
  entry->length = std::strlen(found->d_name);
  entry->inode = found->d_ino;
  entry->type = static_cast<EntryType>(found->d_type);
  return 1;
}

}  // namespace platform
}  // namespace uvfiles
