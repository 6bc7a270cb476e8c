// A new version of a file that takes the old one's place in one step, or leaves no trace.
// Not thread-safe; used by one task.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/task.h"

namespace uvfiles {

class AtomicFile {
 public:
  AtomicFile() = default;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  virtual ~AtomicFile() = default;  // discards it

  // 0 or a negative code, of which `error` says more. Nothing stays after a failure. `flags`: AtomicFlags.
  virtual int Begin(const std::string& path, int64_t flags, int64_t permissions,
                    TaskError* error) = 0;

  // -1 before `Begin`, and after `Publish` or `Discard`.
  virtual int fd() const = 0;

  // The path by which other code of this process opens the new file until it is published, with a descriptor of its own.
  // Until then, the owner can read and write it, whatever mode it gets later. Negative: failed; nothing can be published.
  virtual int OpenToOthers(std::string* path) = 0;

  // Copies the old file's mode, owner and attributes, takes its place, and closes the new file. After a failure, the old
  // file is unchanged and the new one is removed, unless `committed()`: then only syncing the directory failed.
  virtual int Publish(const Task& task, TaskError* error) = 0;
  virtual bool committed() const = 0;

  // Closes and removes what has not been published.
  virtual void Discard() = 0;
};

std::unique_ptr<AtomicFile> MakeAtomicFile();

}  // namespace uvfiles
