// The open files of one environment, by the number that JavaScript knows them by.
//
// Thread safety: loop thread only. Addresses are stable, since pool threads hold pointers to OpenFile::fd.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/inline_io.h"
#include "core/open_file.h"

namespace uvfiles {

class FileTable {
 public:
  OpenFile* Add(int fd, bool owned, FileKind kind) {
    uint32_t index;
    if (free_.empty()) {
      index = static_cast<uint32_t>(entries_.size());
      entries_.push_back(Entry{std::make_unique<OpenFile>(), 0, false});
    } else {
      index = free_.back();
      free_.pop_back();
    }
    Entry& entry = entries_[index];
    entry.used = true;
    *entry.file = OpenFile();
    entry.file->fd = fd;
    entry.file->owned = owned;
    entry.file->kind = kind;
    entry.file->id = (entry.generation << kIndexBits) | index;
    return entry.file.get();
  }

  // Null for a number that is not, or no longer, an open file's.
  OpenFile* Find(uint32_t id) const {
    const uint32_t index = id & kIndexMask;
    if (index >= entries_.size() || !entries_[index].used) return nullptr;
    return entries_[index].file->id == id ? entries_[index].file.get() : nullptr;
  }

  // The same, unless the file is about to be closed, or operations use it.
  OpenFile* FindIdle(uint32_t id) const {
    OpenFile* const file = Find(id);
    return file != nullptr && !file->closing && file->in_flight == 0 ? file : nullptr;
  }

  // With what the inline path keeps of the file. The descriptor stays as it is.
  void Remove(OpenFile* file) {
    InlineIO::Forget(&file->inline_state);
    const uint32_t index = file->id & kIndexMask;
    entries_[index].used = false;
    entries_[index].generation = (entries_[index].generation + 1) & (kGenerations - 1);
    free_.push_back(index);
  }

  bool empty() const { return entries_.size() == free_.size(); }

  template <typename Visit>
  void ForEach(Visit visit) {
    for (Entry& entry : entries_) {
      if (entry.used) visit(entry.file.get());
    }
  }

 private:
  struct Entry {
    std::unique_ptr<OpenFile> file;
    uint32_t generation;
    bool used;
  };
  static constexpr uint32_t kIndexBits =
      22;  // four million open files; ten bits tell a reused index apart
  static constexpr uint32_t kIndexMask = (1u << kIndexBits) - 1;
  static constexpr uint32_t kGenerations = 1u << (32 - kIndexBits);

  std::vector<Entry> entries_;
  std::vector<uint32_t> free_;
};

}  // namespace uvfiles
