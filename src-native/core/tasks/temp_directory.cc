#include "core/tasks/temp_directory.h"

#include <uv.h>

#include <utility>

#include "core/make_temp.h"
#include "core/tasks/temp_file.h"

namespace uvfiles {

TempDirectory::TempDirectory(TaskArguments&& arguments, NameSource source)
    : parts_({std::move(arguments.bytes[0]), std::move(arguments.bytes[1]),
              std::move(arguments.bytes[2])}),
      registered_((arguments.numbers[0] & kRegistered) != 0),
      owner_(static_cast<TempRegistry::Owner>(arguments.numbers[1])),
      source_(source) {}

TempDirectory::~TempDirectory() {
  if (!output.empty()) Undo();
}

Step TempDirectory::Run(const Slice&) {
  if (cancelled()) {
    error = {UV_ECANCELED, "mkdir", parts_.dir, ""};
    return Step::kDone;
  }
  const int failure = Create();
  if (failure != 0) {
    Undo();
    error = {failure, "mkdir", std::move(path_), ""};
    return Step::kDone;
  }
  output.append(reinterpret_cast<const char*>(&id_), sizeof id_);
  output += path_;
  return Step::kDone;
}

int TempDirectory::Create() {
  TempRegistry::Creation creation(owner_);
  if (!creation.allowed()) {
    path_ = parts_.dir;
    return UV_ECANCELED;
  }
  int result = UV_EEXIST;
  for (int i = 0; i < kMaxNames && result == UV_EEXIST; ++i) {
    const int failure = BuildTempPath(parts_, source_, &path_);
    if (failure != 0) return failure;
    result = MakeDirectory(path_);
  }
  if (result != 0) return result;
  made_ = true;
  if (registered_) {
    id_ = creation.Register(path_, TempRegistry::Kind::kDirectory);
    if (id_ == 0) return UV_ECANCELED;
  }
  return 0;
}

// Nobody has been told of the directory, so it is empty.
void TempDirectory::Undo() {
  if (made_) RemoveDirectoryNow(path_);
  if (id_ != 0) TempRegistry::Shared().Forget(id_);
  made_ = false;
  id_ = 0;
}

}  // namespace uvfiles
