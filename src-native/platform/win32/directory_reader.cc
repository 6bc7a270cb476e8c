#include "platform/directory_reader.h"

#include <uv.h>

#include "core/tasks/beneath.h"
#include "platform/directories.h"
#include "platform/win32/directory.h"
#include "platform/win32/paths.h"
#include "platform/win32/stat.h"

namespace uvfiles {
namespace platform {

struct DirectoryReader::State {
  win32::Directory directory;
  win32::Entry entry;
  std::string path;

  int Open(const std::string& given, bool follow) {
    path = given;
    return directory.Open(path, follow);
  }
};

DirectoryReader::DirectoryReader() : state_(std::make_unique<State>()) {}
DirectoryReader::~DirectoryReader() = default;

int DirectoryReader::Open(const std::string& path) { return state_->Open(path, true); }
void DirectoryReader::Close() { state_->directory.Close(); }
bool DirectoryReader::IsOpen() const { return state_->directory.IsOpen(); }

int DirectoryReader::Next(DirectoryEntry* entry) {
  const win32::Entry& next = state_->entry;
  const int found = state_->directory.Next(&state_->entry);
  if (found > 0) *entry = {next.name.c_str(), next.name.size(), next.inode, next.type};
  return found;
}

EntryType DirectoryReader::TypeOf(const DirectoryEntry& entry) const { return entry.type; }

bool DirectoryReader::LeadsToDirectory(const DirectoryEntry& link) const {
  return IsDirectory(Join(state_->path, link.name));
}

int DirectoryReader::Stat(StatRecord* record) const {
  return win32::StatHandle(state_->directory.handle(), record, false);
}

// By path, because Win32 cannot open a name below an open directory. So there is no base.
int OpenInWalk(const std::string& top, const std::string& relative, bool follow, WalkBase*,
               DirectoryReader* reader) {
  const std::string path = relative.empty() ? top : Join(win32::Verbatim(top), relative);
  const int code = reader->state().Open(path, follow);
  return code == UV_ENOTDIR && !follow && IsDirectory(path) ? kPassOver : code;
}

}  // namespace platform

int OpenBeneath(const TaskArguments&, platform::DirectoryReader*, TaskError*) { return UV_ENOSYS; }
std::unique_ptr<Task> MakeBeneath(TaskArguments&&) { return nullptr; }

}  // namespace uvfiles
