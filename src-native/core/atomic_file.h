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

  // -1 before it is begun, and after it was published or discarded.
  virtual int fd() const = 0;

  // Where others in this process may open the new file by, until it is published: they get a descriptor of their own.
  // Its owner may read and write it until then, whatever its mode is to be. Negative: failed, and nothing can be published.
  virtual int OpenToOthers(std::string* path) = 0;

  // Gives it the old file's mode, owner and attributes, and its place. Closes it. After a failure the old file is as it
  // was and nothing stays, unless `committed()`: then only syncing the directory failed.
  virtual int Publish(const Task& task, TaskError* error) = 0;
  virtual bool committed() const = 0;

  // Closes and removes what has not been published.
  virtual void Discard() = 0;
};

std::unique_ptr<AtomicFile> MakeAtomicFile();

}  // namespace uvfiles
