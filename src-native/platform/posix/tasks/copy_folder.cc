#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/task.h"
#include "core/tasks/copies.h"
#include "core/tasks/records.h"
#include "core/unique_fd.h"
#include "platform/directories.h"
#include "platform/directory_reader.h"
#include "platform/posix/copy_entry.h"
#include "platform/posix/directory_at.h"
#include "platform/posix/retry.h"

namespace uvfiles {

namespace {

// Files per block. Together they take about one slice.
constexpr size_t kBlockFiles = 64;

// The number of entries between two checks of the clock.
constexpr size_t kEntriesPerLook = 256;

class CopyFolder final : public Task {
 public:
  explicit CopyFolder(TaskArguments&& arguments)
      : from_(std::move(arguments.bytes[0])), to_(std::move(arguments.bytes[1])) {}

  Step Run(const Slice& slice) override {
    if (cancelled()) return Fail(-ECANCELED, "scandir", from_);
    if (!reader_.IsOpen()) {
      const int code = Begin();
      if (IsDescriptorShortage(code)) return Step::kReady;
      if (error) return Step::kDone;
    }
    platform::DirectoryEntry entry;
    for (size_t count = 1;; count++) {
      const int found = reader_.Next(&entry);
      if (found < 0) return Fail(found, "scandir", from_);
      if (found == 0) return Conclude();
      const EntryType type = reader_.TypeOf(entry);
      if (type == EntryType::kFile) {
        files_.append(entry.name, entry.length + 1);
        if (++in_block_ == kBlockFiles) {
          ends_.push_back(static_cast<uint32_t>(files_.size()));
          in_block_ = 0;
        }
      } else {
        others_.push_back(static_cast<char>(type));
        others_.append(entry.name, entry.length + 1);
      }
      if (count % kEntriesPerLook == 0 && (slice.Expired() || cancelled())) return Step::kAgain;
    }
  }

 private:
  Step Fail(int code, const char* syscall, const std::string& path) {
    reader_.Close();
    error = {code, syscall, path, ""};
    return Step::kDone;
  }

  // 0, or a negative code: a shortage of descriptors, with nothing created yet, or a failure, with `error` set.
  int Begin() {
    const int fd = OpenToList(from_);
    if (IsDescriptorShortage(fd)) return fd;
    UniqueFd opened(fd);
    struct stat found;
    int code = fd < 0 ? fd : Retrying([&] { return ::fstat(fd, &found); });
    if (code == 0) code = reader_.Open(std::move(opened));
    if (code < 0) {
      Fail(code, "scandir", from_);
      return code;
    }
    mode_ = static_cast<uint32_t>(found.st_mode & 07777);
    // The owner needs all permissions to create files in it, even if the original's mode lacks them.
    const mode_t mode = (found.st_mode & 0777) | S_IRWXU;
    code = Retrying([&] { return ::mkdir(to_.c_str(), mode); });
    if (code < 0) Fail(code, "mkdir", to_);
    return code;
  }

  Step Conclude() {
    reader_.Close();
    struct stat made;
    const int code = Retrying([&] { return ::stat(to_.c_str(), &made); });
    const bool is_right = code == 0 && (made.st_mode & 07777) == mode_;
    if (in_block_ > 0) ends_.push_back(static_cast<uint32_t>(files_.size()));
    AppendInteger(&output, is_right ? kModeIsRight : mode_);
    AppendInteger(&output, static_cast<uint32_t>(ends_.size()));
    for (const uint32_t end : ends_) AppendInteger(&output, end);
    output += files_;
    output += others_;
    return Step::kDone;
  }

  const std::string from_;
  const std::string to_;
  platform::DirectoryReader reader_;
  uint32_t mode_ = 0;           // of the original
  std::vector<uint32_t> ends_;  // of the blocks in `files_`
  size_t in_block_ = 0;         // names after the last end
  std::string files_;
  std::string others_;
};

class CopyFiles final : public Task {
 public:
  explicit CopyFiles(TaskArguments&& arguments)
      : from_(std::move(arguments.bytes[0])),
        to_(std::move(arguments.bytes[1])),
        names_(std::move(arguments.bytes[2])) {}

  bool Concludes() const override { return true; }
  Step Run(const Slice& slice) override {
    CopyOptions options;
    options.exclusive = true;
    options.all_modes = true;
    while (at_ < names_.size()) {
      const char* const name = names_.c_str() + at_;
      if (!running_) {
        if (cancelled()) return Fail(-ECANCELED);
        int code = to_here_ ? 0 : OpenBoth();
        if (code == 0)
          code = entry_.BeginFile(from_here_.Get(), name, to_here_.Get(), name, options);
        if (IsDescriptorShortage(code)) {
          // A task that waits for a descriptor holds none.
          from_here_.Reset();
          to_here_.Reset();
          return Step::kReady;
        }
        if (code < 0) return Fail(code);
        running_ = true;
      }
      if (entry_.Run(slice, *this) == Step::kAgain) return Step::kAgain;
      running_ = false;
      if (entry_.code() < 0) return Fail(entry_.code());
      at_ = names_.find('\0', at_) + 1;
      if (slice.Expired() && at_ < names_.size()) return Step::kAgain;
    }
    return Step::kDone;
  }

 private:
  Step Fail(int code) {
    error = {code, "copyfile", from_, to_};
    if (at_ < names_.size()) {
      const char* const name = names_.c_str() + at_;
      error.path = platform::Join(from_, name);
      error.dest = platform::Join(to_, name);
    }
    return Step::kDone;
  }

  int OpenBoth() {
    const int from = OpenToList(from_);
    if (from < 0) return from;
    from_here_.Reset(from);
    const int to = OpenToList(to_);
    if (to < 0) return to;
    to_here_.Reset(to);
    return 0;
  }

  const std::string from_;
  const std::string to_;
  const std::string names_;
  size_t at_ = 0;  // where the current or next name begins
  UniqueFd from_here_;
  UniqueFd to_here_;
  bool running_ = false;
  CopyEntry entry_;
};

}  // namespace

std::unique_ptr<Task> MakeCopyFolder(TaskArguments&& arguments) {
  return std::make_unique<CopyFolder>(std::move(arguments));
}

std::unique_ptr<Task> MakeCopyFiles(TaskArguments&& arguments) {
  return std::make_unique<CopyFiles>(std::move(arguments));
}

}  // namespace uvfiles
