#include "platform/linux/mount_table.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/clock.h"
#include "platform/linux/kernel_version.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr unsigned kInode = 0x100;
constexpr unsigned kMountId = 0x1000;
constexpr unsigned kUniqueMountId = 0x4000;  // Linux 6.8
constexpr int kDontSync = 0x4000;            // no file system asks its server
constexpr uint64_t kRootValidNs = 1'000'000;

// struct statx of old build machines lacks the id of the mount.
struct Statx {
  uint32_t mask;
  unsigned char fields[28];
  uint64_t inode;
  unsigned char more[104];
  uint64_t mount_id;
  unsigned char rest[104];
};
static_assert(sizeof(Statx) == 256, "struct statx has 256 bytes");
static_assert(offsetof(Statx, inode) == 32, "as <linux/stat.h> lays it out");
static_assert(offsetof(Statx, mount_id) == 144, "as <linux/stat.h> lays it out");

bool AskMount(int directory, const char* path, int flags, unsigned id, Statx* answer) {
  return ::syscall(SYS_statx, directory, path, flags | kDontSync | AT_NO_AUTOMOUNT, id | kInode,
                   answer) == 0 &&
         (answer->mask & id) != 0;
}

// statmount(2) and listmount(2), Linux 6.8: the same numbers on every architecture that Node runs on.
constexpr long kStatmount = 457;
constexpr long kListmount = 458;
constexpr uint64_t kListFromRoot = ~uint64_t{0};
constexpr uint64_t kMountBasics = 2;

struct MountRequest {
  uint32_t size = sizeof(MountRequest);
  uint32_t spare = 0;
  uint64_t id = 0;
  uint64_t parameter = 0;
};
static_assert(sizeof(MountRequest) == 24, "MNT_ID_REQ_SIZE_VER0");

struct MountAnswer {
  uint32_t size;
  uint32_t options;
  uint64_t mask;
  unsigned char file_system[24];
  uint64_t id;
  uint64_t parent;
  uint32_t reused_id;
  unsigned char rest[452];
};
static_assert(sizeof(MountAnswer) == 512, "struct statmount has 512 bytes");
static_assert(offsetof(MountAnswer, reused_id) == 56, "as <linux/mount.h> lays it out");

// Maps the ids in mountinfo to ids that are never reused. Empty if the kernel does not have these.
std::unordered_map<uint64_t, uint64_t> UniqueIds() {
  std::unordered_map<uint64_t, uint64_t> unique;
  constexpr size_t kAtATime = 512;
  uint64_t ids[kAtATime];
  MountRequest list;
  list.id = kListFromRoot;
  for (;;) {
    const long count = ::syscall(kListmount, &list, ids, kAtATime, 0u);
    if (count < 0) return {};
    for (long i = 0; i < count; i++) {
      MountRequest request;
      request.id = ids[i];
      request.parameter = kMountBasics;
      MountAnswer answer;
      if (::syscall(kStatmount, &request, &answer, sizeof answer, 0u) == 0 &&
          (answer.mask & kMountBasics) != 0)
        unique[answer.reused_id] = answer.id;
    }
    if (count < static_cast<long>(kAtATime)) return unique;
    list.parameter = ids[count - 1];
  }
}

bool LocalByName(std::string_view type) {
  static constexpr std::string_view kNames[] = {"ext2", "ext3",  "ext4",  "xfs",    "btrfs",
                                                "f2fs", "tmpfs", "ramfs", "overlay"};
  for (const std::string_view name : kNames) {
    if (type == name) return true;
  }
  return false;
}

// mountinfo contains "/a b" as "/a\040b".
std::string Unescaped(std::string_view from) {
  std::string to;
  to.reserve(from.size());
  for (size_t i = 0; i < from.size(); i++) {
    const bool octal = from[i] == '\\' && i + 3 < from.size() && from[i + 1] >= '0' &&
                       from[i + 1] <= '3' && from[i + 2] >= '0' && from[i + 2] <= '7';
    if (octal) {
      to.push_back(static_cast<char>(((from[i + 1] - '0') << 6) | ((from[i + 2] - '0') << 3) |
                                     (from[i + 3] - '0')));
      i += 3;
    } else {
      to.push_back(from[i]);
    }
  }
  return to;
}

// Removes the text before the first `end` from `rest`, with the separator, and returns it. A backslash escapes `end`.
std::string Cut(std::string_view* rest, char end) {
  std::string part;
  size_t i = 0;
  for (; i < rest->size() && (*rest)[i] != end; i++) {
    if ((*rest)[i] == '\\' && i + 1 < rest->size()) i++;
    part.push_back((*rest)[i]);
  }
  rest->remove_prefix(i < rest->size() ? i + 1 : i);
  return part;
}

// The same without escapes.
std::string_view CutPlain(std::string_view* rest, char end) {
  const size_t at = rest->find(end);
  const std::string_view part = rest->substr(0, at);
  rest->remove_prefix(at == std::string_view::npos ? rest->size() : at + 1);
  return part;
}

// The directories of an overlay, from its options.
std::vector<std::string> LayersIn(const std::string& options) {
  std::vector<std::string> layers;
  std::string_view rest = options;
  while (!rest.empty()) {
    // A backslash within the value escapes the next character.
    size_t end = 0;
    while (end < rest.size() && rest[end] != ',') end += rest[end] == '\\' ? 2 : 1;
    if (end > rest.size()) end = rest.size();
    std::string_view value = rest.substr(0, end);
    rest.remove_prefix(end < rest.size() ? end + 1 : end);
    const std::string_view key = CutPlain(&value, '=');
    if (key != "lowerdir" && key != "lowerdir+" && key != "datadir+" && key != "upperdir" &&
        key != "workdir")
      continue;
    while (!value.empty()) {
      std::string layer = Cut(&value, ':');
      if (!layer.empty()) layers.push_back(std::move(layer));
    }
  }
  return layers;
}

std::string KeyOf(uint64_t parent, std::string_view root) {
  std::string key(reinterpret_cast<const char*>(&parent), sizeof parent);
  key.append(root);
  return key;
}

}  // namespace

struct MountTable::Line {
  enum class Visible : uint8_t { kUnknown, kAsked, kNo, kYes };
  uint64_t id = 0;
  uint64_t parent = 0;
  std::string root;
  std::string options;  // of an overlay
  bool local = false;
  Visible visible = Visible::kUnknown;
};

// 0 if the kernel does not tell.
uint64_t MountTable::MountOf(int fd) const {
  Statx answer;
  const unsigned id = unique_ ? kUniqueMountId : kMountId;
  const bool told = fd == AT_FDCWD ? AskMount(fd, ".", 0, id, &answer)
                                   : AskMount(fd, "", AT_EMPTY_PATH, id, &answer);
  return told ? answer.mount_id : 0;
}

MountTable::Identity MountTable::Root() const {
  Statx answer;
  const unsigned id = unique_ ? kUniqueMountId : kMountId;
  return AskMount(AT_FDCWD, "/", 0, id, &answer) ? Identity{answer.mount_id, answer.inode}
                                                 : Identity();
}

// Whether an id that was just read means the same mount as in the table. A file on that mount is open, so from now on, the
// mount and its id stay.
bool MountTable::IsCurrent() const { return unique_ || !Changed(); }

bool MountTable::IsLocal(int fd) const { return local_ids_.count(MountOf(fd)) != 0 && IsCurrent(); }

bool MountTable::IsOn(int fd, const Mount& mount) const {
  return MountOf(fd) == mount.id && IsCurrent();
}

std::shared_ptr<const MountTable> MountTable::Learn(bool may_be_unique) {
  auto table = std::make_shared<MountTable>();
  if (!KernelAtLeast(5, 12)) return table;  // RESOLVE_CACHED
  // Opened each time, because the process may have entered another namespace. From now on, poll reports changes.
  table->watch_.Reset(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!table->watch_) {
    table->lacked_descriptor_ = errno == EMFILE || errno == ENFILE;
    table->changed_.store(table->lacked_descriptor_, std::memory_order_relaxed);
    return table;
  }
  std::string text;
  for (;;) {
    constexpr size_t kPart = 64 * 1024;
    const size_t size = text.size();
    text.resize(size + kPart);
    const ssize_t count = ::read(table->watch_.Get(), &text[size], kPart);
    text.resize(size + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count <= 0) break;
  }
  std::unordered_map<uint64_t, uint64_t> unique_ids;
  if (may_be_unique && KernelAtLeast(6, 8)) unique_ids = UniqueIds();
  table->unique_ = !unique_ids.empty();
  table->Build(text, unique_ids);
  // A remote file system is not asked for its root: nothing will be opened on it.
  const auto root = table->by_root_.find("");
  if (root != table->by_root_.end() && root->second->local) {
    table->root_ = table->Root();
    if (table->root_.mount != root->second->id) root->second->local = false;
  }
  return table;
}

std::shared_ptr<const MountTable> MountTable::Parse(const std::string& text) {
  auto table = std::make_shared<MountTable>();
  table->Build(text, {});
  return table;
}

bool MountTable::Changed() const {
  if (changed_.load(std::memory_order_relaxed)) return true;
  bool changed = false;
  if (watch_) {
    struct pollfd changes = {watch_.Get(), POLLPRI, 0};
    changed = ::poll(&changes, 1, 0) > 0 && (changes.revents & (POLLPRI | POLLERR)) != 0;
  }
  // There is no notification of chroot(2) and the like, and asking costs as much as opening a cached file. At worst, for one
  // millisecond, a remote file below the new root is opened on the loop thread: the kernel resolves each path within the
  // current root directory.
  const uint64_t now = NowNs();
  if (!changed && root_.mount != 0 &&
      now >= root_asked_ns_.load(std::memory_order_relaxed) + kRootValidNs) {
    root_asked_ns_.store(now, std::memory_order_relaxed);
    changed = !(Root() == root_);
  }
  if (changed) changed_.store(true, std::memory_order_relaxed);
  return changed;
}

const MountTable::Mount* MountTable::Find(std::string_view path) const {
  // Goes up from the whole path, one name at a time.
  size_t length = path.size();
  while (length > 0 && path[length - 1] == '/') length--;
  for (;;) {
    const auto found = by_root_.find(path.substr(0, length));
    if (found != by_root_.end()) return found->second;
    if (length == 0) return nullptr;
    const size_t slash = path.rfind('/', length - 1);
    length = slash == std::string_view::npos ? 0 : slash;
  }
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
void MountTable::Build(const std::string& text,
                       const std::unordered_map<uint64_t, uint64_t>& unique_ids) {
  std::vector<Line> lines;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view entry = CutPlain(&rest, '\n');
    const size_t separator = entry.find(" - ");
    if (separator == std::string_view::npos) continue;
    std::string_view behind = entry.substr(separator + 3);
    Line line;
    line.id = std::strtoull(std::string(CutPlain(&entry, ' ')).c_str(), nullptr, 10);
    line.parent = std::strtoull(std::string(CutPlain(&entry, ' ')).c_str(), nullptr, 10);
    CutPlain(&entry, ' ');
    CutPlain(&entry, ' ');
    line.root = Unescaped(CutPlain(&entry, ' '));
    if (line.root == "/") line.root.clear();
    const std::string_view type = CutPlain(&behind, ' ');
    line.local = LocalByName(type);
    if (type == "overlay") {
      CutPlain(&behind, ' ');
      line.options = Unescaped(behind);
    }
    lines.push_back(std::move(line));
  }
  AddVisible(&lines);
  JudgeOverlays(&lines);
  if (!unique_ids.empty()) UseUniqueIds(unique_ids, &lines);
  for (const Line& line : lines) {
    if (line.local) local_ids_.insert(line.id);
  }
}

// A mount that is not in both lists was added or removed meanwhile, and does not count as local.
void MountTable::UseUniqueIds(const std::unordered_map<uint64_t, uint64_t>& unique_ids,
                              std::vector<Line>* lines) {
  const auto exchange = [&](uint64_t* id, bool* local) {
    const auto found = unique_ids.find(*id);
    *id = found == unique_ids.end() ? 0 : found->second;
    *local = *local && *id != 0;
  };
  for (Line& line : *lines) exchange(&line.id, &line.local);
  for (const auto& mount : mounts_) exchange(&mount->id, &mount->local);
}

// A path leads to a mount unless another mount covers it: on its parent's root, or on a directory above it.
void MountTable::AddVisible(std::vector<Line>* given) {
  std::vector<Line>& lines = *given;
  std::unordered_map<uint64_t, size_t> by_id;
  std::unordered_set<std::string> taken;
  for (size_t i = 0; i < lines.size(); i++) {
    by_id[lines[i].id] = i;
    taken.insert(KeyOf(lines[i].parent, lines[i].root));
  }
  const auto hidden = [&](const Line& line, const std::string& from) {
    for (size_t at = from.size(); at < line.root.size(); at = line.root.find('/', at + 1)) {
      if (taken.count(KeyOf(line.parent, std::string_view(line.root).substr(0, at))) != 0)
        return true;
    }
    return false;
  };
  std::vector<size_t> chain;  // up to an ancestor whose visibility is known
  for (size_t i = 0; i < lines.size(); i++) {
    for (size_t at = i; lines[at].visible == Line::Visible::kUnknown;) {
      lines[at].visible = Line::Visible::kAsked;
      chain.push_back(at);
      const auto parent = by_id.find(lines[at].parent);
      if (parent == by_id.end()) break;
      at = parent->second;
    }
    for (; !chain.empty(); chain.pop_back()) {
      Line& line = lines[chain.back()];
      const auto found = by_id.find(line.parent);
      const Line* const parent =
          found == by_id.end() || found->second == chain.back() ? nullptr : &lines[found->second];
      const bool reached = parent == nullptr || parent->visible == Line::Visible::kYes;
      const bool free = reached && !hidden(line, parent == nullptr ? std::string() : parent->root);
      line.visible = free ? Line::Visible::kYes : Line::Visible::kNo;
    }
  }
  for (const Line& line : lines) {
    if (line.visible != Line::Visible::kYes) continue;
    // Another mount covers its root.
    if (line.id != line.parent && taken.count(KeyOf(line.id, line.root)) != 0) continue;
    mounts_.push_back(std::make_unique<Mount>(Mount{line.id, line.root, line.local}));
    by_root_[mounts_.back()->root] = mounts_.back().get();
  }
}

// An overlay is local if the directories that it is made of are, as far as this process can see them.
void MountTable::JudgeOverlays(std::vector<Line>* lines) {
  std::vector<std::pair<Line*, std::vector<std::string>>> overlays;
  for (Line& line : *lines) {
    if (!line.options.empty()) overlays.emplace_back(&line, LayersIn(line.options));
  }
  for (bool again = !overlays.empty(); again;) {  // overlays of overlays
    again = false;
    for (auto& [line, layers] : overlays) {
      for (const std::string& layer : layers) {
        const Mount* const below = layer[0] == '/' ? Find(layer) : nullptr;
        if (!line->local || below == nullptr || below->local) continue;
        line->local = false;
        again = true;
        for (const auto& mount : mounts_) {
          if (mount->id == line->id) mount->local = false;
        }
      }
    }
  }
}

}  // namespace platform
}  // namespace uvfiles
