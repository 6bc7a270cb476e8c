// Any path, through links with any text: what is found lies beneath the root, and openat2 and the resolution by components find the same.
//
// Input: the text of the links, a NUL, the path.
#include <set>
#include <utility>

#include "platform/posix/open_beneath.h"
#include "test/fuzz/fuzz.h"

using namespace uvfiles;
using namespace uvfiles::fuzz;

namespace {

// What a path leads to: its inode and the names to it, or the code of the failure.
struct Outcome {
  ino_t inode = 0;
  std::string names;
  int code = 0;
};

class Tree {
 public:
  Tree() {
    const std::string top = Scratch();
    WriteText(top + "/secret", "secret");
    for (const char* directory : {"", "/dir", "/dir/deep", "/dir/deep/deeper"})
      CHECK_THAT(::mkdir((Root() + directory).c_str(), 0755) == 0);
    for (const char* file : {"/file", "/dir/file", "/dir/deep/deeper/file"})
      WriteText(Root() + file, "inside");
    const std::pair<const char*, const char*> links[] = {
        {"..", "/up"}, {"dir/deep", "/down"}, {"../secret", "/out"}, {"loop", "/loop"}};
    for (const auto& link : links)
      CHECK_THAT(::symlink(link.first, (Root() + link.second).c_str()) == 0);
    root_ = ::open(Root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CHECK_THAT(root_ >= 0);
    for (const char* each : {"", "/dir", "/dir/deep", "/dir/deep/deeper", "/file", "/dir/file",
                             "/dir/deep/deeper/file", "/up", "/down", "/out", "/loop"})
      Add(Root() + each);
  }

  // False where there is no link with such a text.
  bool SetLinks(const std::string& text) {
    for (const std::string& link : {Root() + "/link", Root() + "/dir/link"}) {
      ::unlink(link.c_str());
      if (::symlink(text.c_str(), link.c_str()) != 0) return false;
      links_.insert(Add(link));
    }
    return true;
  }

  Outcome Look(const std::string& path, bool follow, bool stepwise) const {
    Outcome outcome;
    const Beneath beneath(root_, stepwise);
    PlaceBeneath place;
    outcome.code = beneath.Find(path, follow, &place);
    if (outcome.code == 0) {
      CHECK_THAT(place.name.find('/') == std::string::npos && place.name != "..");
      struct stat found;
      // What is not there any more, or a file with a slash behind it, fails where it is used.
      if (::fstatat(place.directory, place.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) {
        CheckInside(found.st_ino);
        outcome.inode = found.st_ino;
      }
    }
    return outcome;
  }

  Outcome Open(const std::string& path, int flags, bool stepwise) const {
    Outcome outcome;
    const Beneath beneath(root_, stepwise);
    const int fd = beneath.Open(path, O_RDONLY | O_NONBLOCK | flags, 0);
    outcome.code = fd < 0 ? fd : 0;
    if (fd < 0) return outcome;
    struct stat found;
    CHECK_THAT(::fstat(fd, &found) == 0);
    ::close(fd);
    CheckInside(found.st_ino);
    outcome.inode = found.st_ino;
    const int code = beneath.Resolve(path, &outcome.names);
    CHECK_THAT(code == 0);
    return outcome;
  }

 private:
  static std::string Root() { return Scratch() + "/root"; }

  ino_t Add(const std::string& path) {
    struct stat found;
    CHECK_THAT(::lstat(path.c_str(), &found) == 0);
    inside_.insert(found.st_ino);
    return found.st_ino;
  }

  void CheckInside(ino_t inode) const { CHECK_THAT(inside_.count(inode) != 0); }

  int root_ = -1;
  std::set<ino_t> inside_;
  std::set<ino_t> links_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Tree tree;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\0');
  if (end == std::string::npos || !tree.SetLinks(input.substr(0, end))) return 0;
  const std::string path = input.c_str() + end + 1;
  for (const bool follow : {true, false}) {
    const Outcome kernel = tree.Look(path, follow, LacksOpenat2());
    const Outcome steps = tree.Look(path, follow, true);
    CHECK_THAT((kernel.code == 0) == (steps.code == 0));
    CHECK_THAT(kernel.inode == steps.inode);
  }
  for (const int flags : {0, O_DIRECTORY}) {
    const Outcome kernel = tree.Open(path, flags, LacksOpenat2());
    const Outcome steps = tree.Open(path, flags, true);
    CHECK_THAT((kernel.code == 0) == (steps.code == 0));
    CHECK_THAT(kernel.inode == steps.inode);
    CHECK_THAT(kernel.names == steps.names);
  }
  return 0;
}
