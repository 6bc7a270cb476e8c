#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "core/task.h"
#include "core/tasks/copies.h"
#include "platform/directories.h"
#include "platform/directory_reader.h"
#include "platform/posix/copy_entry.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// The mode of a directory until all its entries are copied. Then it gets the mode of its original.
constexpr mode_t kWhileCopying = 0700;

class CopyTree final : public Task {
 public:
  CopyTree(TaskArguments&& arguments, bool* made)
      : from_(std::move(arguments.bytes[0])),
        to_(std::move(arguments.bytes[1])),
        flags_(arguments.numbers[0]),
        options_(CopyOptionsOf(arguments.numbers[0])),
        made_(made) {
    options_.special = true;
    options_.exclusive = (flags_ & kCopyExistOk) == 0;
  }

  bool Concludes() const override { return true; }
  Step Run(const Slice& slice) override {
    for (;;) {
      // A file that is being copied checks this itself, and removes its incomplete copy.
      if (cancelled() && phase_ != Phase::kFile) Fail(-ECANCELED, here_);
      if (error) return Step::kDone;
      Next next = given_up_ ? Regain() : Next::kGoOn;
      if (next == Next::kGoOn) {
        switch (phase_) {
          case Phase::kStart:
            next = Start();
            break;
          case Phase::kNextDirectory:
            next = OpenDirectory();
            break;
          case Phase::kEntries:
          case Phase::kFile:
            next = CopyNext(slice);
            break;
          case Phase::kFinish:
            next = FinishOne();
            break;
        }
      }
      if (next == Next::kEnd) return Step::kDone;
      if (next == Next::kShortage) {
        GiveUp();
        return Step::kReady;
      }
      if (next == Next::kSliceOver || slice.Expired()) return Step::kAgain;
    }
  }

 private:
  enum class Phase : uint8_t { kStart, kNextDirectory, kEntries, kFile, kFinish };
  struct Identity {
    dev_t device;
    ino_t inode;
    std::shared_ptr<const Identity> above;
  };
  struct Directory {
    std::string relative;
    std::shared_ptr<const Identity> above;
  };
  struct Entry {
    std::string name;
    EntryType type;
  };
  // What a step of the state machine returns to Run().
  enum class Next : uint8_t { kGoOn, kSliceOver, kShortage, kEnd };

  Next Start() {
    const int from = OpenToList(from_);
    if (IsDescriptorShortage(from)) return Next::kShortage;
    if (from < 0) return Fail(from, "");
    from_base_.Reset(from);
    int code = Retrying([&] { return ::fstat(from, &from_root_); });
    if (code == 0) code = FindSourceAbove();
    if (IsDescriptorShortage(code)) return Next::kShortage;
    if (code == 1) code = -EINVAL;
    if (code < 0) return Fail(code, "");
    const size_t above = platform::ParentLength(to_, platform::LengthWithoutSeparators(to_));
    const std::string parent = to_.substr(0, above);
    if (above > 0 && !platform::IsDirectory(parent) &&
        !platform::MakeChain(parent, 0777, true, *this, &error)) {
      return Next::kEnd;
    }
    code = Retrying([&] { return ::mkdir(to_.c_str(), kWhileCopying); });
    if (code < 0 && !(code == -EEXIST && (flags_ & kCopyExistOk) != 0)) return Fail(code, "");
    const int to = OpenToList(to_);
    if (to < 0) {
      if (code == 0) ::rmdir(to_.c_str());
      return IsDescriptorShortage(to) ? Next::kShortage : Fail(to, "");
    }
    to_base_.Reset(to);
    if (made_ != nullptr) *made_ = code == 0;
    if (::fstat(to, &to_root_) != 0) return Fail(-errno, "");
    pending_.push_back({"", nullptr});
    phase_ = Phase::kNextDirectory;
    return Next::kGoOn;
  }

  // Opens the closed directories again. They must be the same ones.
  Next Regain() {
    int code = 0;
    const auto reopen = [&](const std::string& path, const struct stat& known, UniqueFd* to) {
      const int fd = OpenToList(path);
      to->Reset(fd);
      struct stat found;
      if (fd < 0) return fd;
      return ::fstat(fd, &found) == 0 && IsSame(found, known) ? 0 : -ESTALE;
    };
    code = reopen(from_, from_root_, &from_base_);
    if (code == 0) code = reopen(to_, to_root_, &to_base_);
    if (code == 0 && was_here_) code = ReopenHere();
    if (IsDescriptorShortage(code)) return Next::kShortage;
    if (code < 0) return Fail(code, was_here_ ? here_ : "");
    given_up_ = false;
    return Next::kGoOn;
  }

  // Opens a directory and its copy. 0 or a negative code.
  int OpenBoth(const std::string& relative) {
    const int nofollow = options_.follow || relative.empty() ? 0 : O_NOFOLLOW;
    const int from = OpenBelow(from_base_.Get(), relative, kOpenToList | nofollow);
    from_here_.Reset(from);
    if (from < 0) return from;
    const int to = OpenBelow(to_base_.Get(), relative, kOpenToList | O_NOFOLLOW);
    to_here_.Reset(to);
    return to < 0 ? to : 0;
  }

  int ReopenHere() {
    const int code = OpenBoth(here_);
    if (code < 0) return code;
    struct stat original;
    struct stat copy;
    if (::fstat(from_here_.Get(), &original) != 0 || ::fstat(to_here_.Get(), &copy) != 0)
      return -errno;
    const bool same = original.st_dev == identity_->device && original.st_ino == identity_->inode &&
                      IsSame(copy, to_here_stat_);
    return same ? 0 : -ESTALE;
  }

  // A task that waits for a descriptor holds none, because several copies would wait for each other.
  void GiveUp() {
    if (phase_ != Phase::kStart && !given_up_) {
      given_up_ = true;
      was_here_ = phase_ == Phase::kEntries;
    }
    for (UniqueFd* each : {&from_base_, &to_base_, &from_here_, &to_here_}) each->Reset();
  }

  Next OpenDirectory() {
    if (pending_.empty()) {
      phase_ = Phase::kFinish;
      return Next::kGoOn;
    }
    const Directory& next = pending_.back();
    const int code = OpenBoth(next.relative);
    if (IsDescriptorShortage(code)) return Next::kShortage;
    if (code < 0) return Fail(code, next.relative);
    here_ = next.relative;
    struct stat found;
    if (::fstat(from_here_.Get(), &found) != 0) return Fail(-errno, here_);
    // The target is inside the source, through another mount.
    if (IsSame(found, to_root_)) return Fail(-EINVAL, here_);
    if (::fstat(to_here_.Get(), &to_here_stat_) != 0) return Fail(-errno, here_);
    for (const Identity* each = next.above.get(); each != nullptr; each = each->above.get()) {
      if (each->device == found.st_dev && each->inode == found.st_ino) return Fail(-ELOOP, here_);
    }
    const Next read = ReadEntries();
    if (read != Next::kGoOn) return read;
    identity_ = std::make_shared<const Identity>(Identity{found.st_dev, found.st_ino, next.above});
    finished_.push_back(here_);
    pending_.pop_back();
    phase_ = Phase::kEntries;
    return Next::kGoOn;
  }

  // Reads all names at once, so that the listing does not include files that are created meanwhile, and its descriptor is
  // closed soon.
  Next ReadEntries() {
    const int fd = Retrying([&] { return ::openat(from_here_.Get(), ".", kOpenToList); });
    if (IsDescriptorShortage(fd)) return Next::kShortage;
    if (fd < 0) return Fail(fd, here_);
    int code = reader_.Open(UniqueFd(fd));
    platform::DirectoryEntry entry;
    while (code >= 0 && (code = reader_.Next(&entry)) > 0) {
      entries_.push_back({std::string(entry.name, entry.length), reader_.TypeOf(entry)});
    }
    reader_.Close();
    return code < 0 ? Fail(code, here_) : Next::kGoOn;
  }

  Next CopyNext(const Slice& slice) {
    if (entries_.empty()) {
      from_here_.Reset();
      to_here_.Reset();
      phase_ = Phase::kNextDirectory;
      return Next::kGoOn;
    }
    const Entry& entry = entries_.back();
    if (phase_ == Phase::kEntries) {
      const int is_directory = IsDirectoryEntry(entry);
      if (is_directory < 0) return Fail(is_directory, platform::Join(here_, entry.name));
      if (is_directory > 0) return CopySubdirectory(entry);
      const int code = entry_.Begin(from_here_.Get(), entry.name.c_str(), to_here_.Get(),
                                    entry.name.c_str(), options_);
      if (IsDescriptorShortage(code)) return Next::kShortage;
      if (code < 0) return Fail(code, platform::Join(here_, entry.name));
      if (code > 0) {
        entries_.pop_back();
        return Next::kGoOn;
      }
      phase_ = Phase::kFile;
    }
    if (entry_.Run(slice, *this) == Step::kAgain) return Next::kSliceOver;
    if (entry_.code() < 0) return Fail(entry_.code(), platform::Join(here_, entry.name));
    entries_.pop_back();
    phase_ = Phase::kEntries;
    return Next::kGoOn;
  }

  Next CopySubdirectory(const Entry& entry) {
    const std::string relative = platform::Join(here_, entry.name);
    const int code =
        Retrying([&] { return ::mkdirat(to_here_.Get(), entry.name.c_str(), kWhileCopying); });
    if (code < 0 && !(code == -EEXIST && (flags_ & kCopyExistOk) != 0)) return Fail(code, relative);
    pending_.push_back({relative, identity_});
    entries_.pop_back();
    return Next::kGoOn;
  }

  // Goes from the last directory to the first, so that a directory that becomes read-only is already complete.
  Next FinishOne() {
    if (finished_.empty()) return Next::kEnd;
    const std::string& relative = finished_.back();
    const int nofollow = options_.follow || relative.empty() ? 0 : O_NOFOLLOW;
    const int from = OpenBelow(from_base_.Get(), relative, kOpenToList | nofollow);
    if (IsDescriptorShortage(from)) return Next::kShortage;
    UniqueFd original(from);
    const int to = OpenBelow(to_base_.Get(), relative, kOpenToList | O_NOFOLLOW);
    if (IsDescriptorShortage(to)) return Next::kShortage;
    UniqueFd copy(to);
    if (to < 0) return Fail(to, relative);
    struct stat found;
    // The original may have been removed meanwhile.
    if (from >= 0 && ::fstat(from, &found) == 0) CopyMetadata(from, found, to, options_);
    finished_.pop_back();
    return Next::kGoOn;
  }

  // Looks for src among the directories from dst's parent up to the root. 1 if it is there, 0 if not, or -errno.
  int FindSourceAbove() const {
    std::string lowest = to_;
    while (!platform::IsDirectory(lowest)) {
      const size_t above =
          platform::ParentLength(lowest, platform::LengthWithoutSeparators(lowest));
      if (above == 0) {
        lowest = lowest[0] == '/' ? "/" : ".";
        break;
      }
      lowest.resize(above);
    }
    int fd = OpenToList(lowest);
    UniqueFd each(fd);
    struct stat below {};
    while (each) {
      struct stat found;
      if (::fstat(fd, &found) != 0) return 0;
      if (IsSame(found, from_root_)) return 1;
      if (IsSame(found, below)) return 0;  // the root
      below = found;
      fd = Retrying([&] { return ::openat(fd, "..", kOpenToList); });
      each.Reset(fd);
    }
    return IsDescriptorShortage(fd) ? fd : 0;
  }

  // 1, 0, or the error of a followed link.
  int IsDirectoryEntry(const Entry& entry) const {
    if (entry.type == EntryType::kDirectory) return 1;
    if (entry.type != EntryType::kLink || !options_.follow) return 0;
    struct stat found;
    const int code =
        Retrying([&] { return ::fstatat(from_here_.Get(), entry.name.c_str(), &found, 0); });
    return code < 0 ? code : S_ISDIR(found.st_mode);
  }

  // Keeps the error, unless it is a shortage of descriptors.
  Next Fail(int code, const std::string& relative) {
    error = {code, "cp", platform::Join(from_, relative), platform::Join(to_, relative)};
    return Next::kEnd;
  }

  const std::string from_;
  const std::string to_;
  const int64_t flags_;
  CopyOptions options_;
  bool* const made_;
  Phase phase_ = Phase::kStart;

  UniqueFd from_base_, to_base_;  // src and dst
  UniqueFd from_here_, to_here_;  // the directory being copied
  std::string here_;
  std::shared_ptr<const Identity> identity_;  // of `here_`
  // Identify the directories that were closed, when they are opened again.
  struct stat from_root_ {};
  struct stat to_root_ {};
  struct stat to_here_stat_ {};
  bool given_up_ = false;
  bool was_here_ = false;  // `here_` was open when descriptors were given up
  std::vector<Directory> pending_;
  std::vector<std::string> finished_;  // directories in the order they were made
  std::vector<Entry> entries_;         // of `here_`, the next one last
  platform::DirectoryReader reader_;
  CopyEntry entry_;
};

}  // namespace

std::unique_ptr<Task> MakeCopyTree(TaskArguments&& arguments, bool* made) {
  return std::make_unique<CopyTree>(std::move(arguments), made);
}

}  // namespace uvfiles
