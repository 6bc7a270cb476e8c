#include "core/tasks/temp_file.h"

#include <uv.h>

#include <utility>

#include "core/make_temp.h"
#include "core/remove_now.h"

namespace uvfiles {

namespace {

TempNameParts PartsOf(TaskArguments& arguments) {
  return {std::move(arguments.bytes[0]), std::move(arguments.bytes[1]),
          std::move(arguments.bytes[2])};
}

}  // namespace

TempFile::TempFile(TaskArguments&& arguments, NameSource source)
    : parts_(PartsOf(arguments)),
      flags_(arguments.numbers[0]),
      owner_(static_cast<TempRegistry::Owner>(arguments.numbers[1])),
      source_(source) {}

TempFile::~TempFile() {
  // The file belongs to the owner of its descriptor.
  if (opened >= 0) Undo();
}

Step TempFile::Run(const Slice&) {
  if (cancelled()) {
    error = {UV_ECANCELED, "open", parts_.dir, ""};
    return Step::kDone;
  }
  const int failure = Create();
  if (failure != 0) {
    Undo();
    error = {failure, "open", std::move(path_), ""};
    return Step::kDone;
  }
  output.append(reinterpret_cast<const char*>(&id_), sizeof id_);
  if (named_) output += path_;
  return Step::kDone;
}

int TempFile::Create() {
  const bool appending = (flags_ & kAppending) != 0;
  TempRegistry::Creation creation(owner_);
  if (!creation.allowed()) {
    path_ = parts_.dir;
    return UV_ECANCELED;
  }
  if ((flags_ & kAnonymous) != 0) {
    const int fd = MakeNamelessFile(parts_.dir.empty() ? "." : parts_.dir, appending);
    if (fd >= 0) {
      opened = fd;
      return 0;
    }
  }
  int result = UV_EEXIST;
  for (int i = 0; i < kMaxNames && result == UV_EEXIST; ++i) {
    const int failure = BuildTempPath(parts_, source_, &path_);
    if (failure != 0) return failure;
    result = MakeFile(path_, appending);
  }
  if (result < 0) return result;
  opened = result;
  named_ = true;
  if ((flags_ & kAnonymous) != 0) {
    const int failure = RemoveFileNow(path_);
    if (failure != 0 && failure != UV_ENOENT) return failure;
    named_ = false;
  } else if ((flags_ & kRegistered) != 0) {
    id_ = creation.Register(path_, TempRegistry::Kind::kFile);
    if (id_ == 0) return UV_ECANCELED;
  }
  return 0;
}

void TempFile::Undo() {
  if (named_) RemoveFileNow(path_);
  if (opened >= 0) CloseDescriptor(opened);
  if (id_ != 0) TempRegistry::Shared().Forget(id_);
  named_ = false;
  opened = -1;
  id_ = 0;
}

}  // namespace uvfiles
