// WalkTree and ScanDirectory on real trees: order, links and loops, depth, descriptors, batches.
#include "core/tasks/walk_tree.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "core/tasks/directories.h"
#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

struct Record {
  uint32_t depth, index;
  int32_t code;
  std::string path;
  std::vector<std::string> directories, links, others;
};

std::vector<Record> Decode(const std::vector<std::string>& batches) {
  std::vector<Record> all;
  for (const std::string& batch : batches) {
    if (batch.empty()) continue;
    const auto count = IntegerAt<uint32_t>(batch, 0);
    const std::vector<std::string> texts = Split(batch.substr(IntegerAt<uint32_t>(batch, 4)));
    size_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
      const auto field = [&](size_t n) { return IntegerAt<uint32_t>(batch, 8 + i * 24 + n * 4); };
      Record record{field(0), field(1), static_cast<int32_t>(field(2)), texts[next++], {}, {}, {}};
      for (uint32_t n = 0; n < field(3); n++) record.directories.push_back(texts[next++]);
      for (uint32_t n = 0; n < field(4); n++) record.links.push_back(texts[next++]);
      for (uint32_t n = 0; n < field(5); n++) record.others.push_back(texts[next++]);
      all.push_back(record);
    }
    CHECK_EQ(next, texts.size());
  }
  return all;
}

std::vector<Record> Walk(const std::string& top, int64_t flags = 0, const std::string& roots = "",
                         bool hurried = false, int64_t depth = -1) {
  const Outcome outcome = Run(TaskKind::kWalkTree, {top, roots, ""}, {flags, 1, depth}, hurried);
  CHECK_EQ(outcome.code(), 0);
  return Decode(outcome.batches);
}

std::vector<std::string> Paths(const std::vector<Record>& records) {
  std::vector<std::string> paths;
  for (const Record& record : records) paths.push_back(record.path);
  return paths;
}

std::string Tree() {
  const std::string top = Scratch();
  MakeDir(top + "/a");
  MakeDir(top + "/a/b");
  MakeDir(top + "/c");
  Touch(top + "/file");
  Touch(top + "/a/b/deep");
  Touch(top + "/.hidden");
  REQUIRE(::symlink("a", (top + "/link").c_str()) == 0);
  REQUIRE(::symlink("nowhere", (top + "/dangling").c_str()) == 0);
  return top;
}

size_t Position(const std::vector<std::string>& all, const std::string& one) {
  return static_cast<size_t>(std::find(all.begin(), all.end(), one) - all.begin());
}

}  // namespace

TEST("visits a directory before its entries, and each once") {
  const std::string top = Tree();
  for (const bool hurried : {false, true}) {
    const auto records = Walk(top, 0, "", hurried);
    const auto paths = Paths(records);
    CHECK_EQ(paths.size(), 4);
    CHECK_EQ(paths[0], top);
    CHECK(Position(paths, top + "/a") < Position(paths, top + "/a/b"));
    CHECK(Position(paths, top + "/c") < 4);
    CHECK_EQ(records[0].directories.size(), 2);
    CHECK_EQ(records[0].links.size(), 1);
    CHECK_EQ(records[0].others.size(), 3);
    CHECK_EQ(records[0].depth, 0);
    for (const Record& record : records) {
      if (record.path == top) continue;
      // The index names the directory among those of the one above.
      const size_t slash = record.path.rfind('/');
      const auto above = records[Position(paths, record.path.substr(0, slash))];
      CHECK_EQ(above.directories[record.index], record.path.substr(slash + 1));
      CHECK_EQ(record.depth, above.depth + 1);
    }
  }
  Clear(top);
}

TEST("visits a directory after its entries in a bottom-up walk") {
  const std::string top = Tree();
  const auto records = Walk(top, kBottomUp, "", true);
  const auto paths = Paths(records);
  CHECK_EQ(paths.size(), 4);
  CHECK_EQ(paths.back(), top);
  CHECK_EQ(records.back().others.size(), 3);
  CHECK(Position(paths, top + "/a/b") < Position(paths, top + "/a"));
  Clear(top);
}

TEST("follows links when asked to, but not back to a directory above") {
  const std::string top = Tree();
  REQUIRE(::symlink("../..", (top + "/a/b/loop").c_str()) == 0);
  auto paths = Paths(Walk(top, kFollowLinks));
  std::sort(paths.begin(), paths.end());
  CHECK_EQ(paths.size(), 6);
  CHECK_EQ(paths[5], top + "/link/b");
  // Also where the walk begins below the directory that the loop leads to.
  CHECK_EQ(Paths(Walk(top, kFollowLinks, "a/b")).size(), 1);
  Clear(top);
}

TEST("walks the rest of another walk, without its links") {
  const std::string top = Tree();
  const auto records = Walk(top, 0, std::string("c\0a/b\0link", 10));
  const auto paths = Paths(records);
  REQUIRE(paths.size() == 2);
  CHECK_EQ(paths[0], top + "/c");
  CHECK_EQ(paths[1], top + "/a/b");
  CHECK_EQ(records[1].index, 1);
  CHECK_EQ(Walk(top, kNoHidden)[0].others.size(), 2);
  CHECK_EQ(Walk(top, 0, "", false, 1).size(), 3);
  Clear(top);
}

TEST("reports directories that cannot be listed, and continues") {
  const std::string top = Tree();
  const auto gone = Walk(top + "/none");
  REQUIRE(gone.size() == 1);
  CHECK_EQ(gone[0].code, -ENOENT);
  const auto records = Walk(top, 0, std::string("file\0none\0c", 11));
  REQUIRE(records.size() == 3);
  CHECK_EQ(records[0].code, -ENOTDIR);
  CHECK_EQ(records[1].code, -ENOENT);
  CHECK_EQ(records[2].code, 0);
  REQUIRE(::chmod((top + "/a").c_str(), 0) == 0);
  AsUnprivileged([&] {
    for (const Record& record : Walk(top)) {
      if (record.path == top + "/a") return record.code == -EACCES;
    }
    return false;
  });
  Clear(top);
}

TEST("goes deeper than PATH_MAX with a few descriptors") {
  const std::string top = Scratch();
  MakeDeep(top + "/deep", 60, std::string(200, 'd'));
  const auto records =
      WithDescriptorsBelow(static_cast<rlim_t>(OpenDescriptors() + 5), [&] { return Walk(top); });
  CHECK_EQ(records.size(), 62);
  for (const Record& record : records) CHECK_EQ(record.code, 0);
  CHECK_EQ(Walk(top, kBottomUp).size(), 62);
  CHECK_EQ(Walk(top, kFollowLinks).size(), 62);
  Clear(top);
}

TEST("returns empty batches while there is no descriptor, and loses nothing") {
  const std::string top = Tree();
  auto task = Begin(TaskKind::kWalkTree, {top, "", ""}, {0, 1, -1});
  CHECK_EQ(WithDescriptorsBelow(0, [&] { return task->Run(Slice()); }), Step::kReady);
  CHECK(task->output.empty());
  CHECK_EQ(Decode(RunToEnd(*task).batches).size(), 4);
  Clear(top);
}

TEST("returns growing batches, and no more than the consumer takes") {
  const std::string top = Scratch();
  for (int i = 0; i < 100; i++) MakeDir(top + "/d" + std::to_string(i));
  const Outcome outcome = Run(TaskKind::kWalkTree, {top, "", ""}, {0, 1, -1});
  std::vector<uint32_t> sizes;
  for (const auto& batch : outcome.batches) {
    if (!batch.empty()) sizes.push_back(IntegerAt<uint32_t>(batch, 0));
  }
  REQUIRE(sizes.size() >= 4);
  CHECK_EQ(sizes[0], 1);
  CHECK_EQ(sizes[1], 2);
  CHECK_EQ(sizes[2], 4);
  Clear(top);
}

TEST("lists names, and entries with their types and inodes, in batches") {
  const std::string top = Tree();
  for (const bool hurried : {false, true}) {
    auto names = Split(Run(TaskKind::kScanDirectory, {top}, {1}, hurried).output);
    std::sort(names.begin(), names.end());
    CHECK_EQ(names.size(), 6);
    CHECK_EQ(names[0], ".hidden");
  }
  for (int i = 0; i < 3000; i++) Touch(top + "/c/" + std::to_string(i));
  std::set<std::string> seen;
  const Outcome all = Run(TaskKind::kScanDirectory, {top + "/c"}, {0}, true);
  CHECK(all.batches.size() >= 3);
  for (const auto& batch : all.batches) {
    if (batch.empty()) continue;
    const auto count = IntegerAt<uint32_t>(batch, 0);
    const auto names = Split(batch.substr(8 + count * 9));
    CHECK_EQ(names.size(), count);
    for (uint32_t i = 0; i < count; i++) {
      seen.insert(names[i]);
      if (i % 500 == 0) {
        CHECK_EQ(IntegerAt<uint64_t>(batch, 8 + i * 8), StatOf(top + "/c/" + names[i]).st_ino);
      }
      CHECK_EQ(batch[8 + count * 8 + i], static_cast<char>(EntryType::kFile));
    }
  }
  CHECK_EQ(seen.size(), 3000);
  CHECK_EQ(Run(TaskKind::kScanDirectory, {top + "/file"}, {0}).code(), -ENOTDIR);
  CHECK_EQ(Run(TaskKind::kScanDirectory, {top + "/a/b"}, {0}).batches.size(), 1);
  Clear(top);
}

TEST("frees its descriptors when dropped in the middle") {
  const std::string top = Tree();
  const int before = OpenDescriptors();
  {
    auto walk = Begin(TaskKind::kWalkTree, {top, "", ""}, {0, 1, -1});
    walk->Run(Slice());
    auto again = Begin(TaskKind::kWalkTree, {top, "", ""}, {0, 1, -1});
    again->Run(Slice());
    again->Run(Slice());
    again->Cancel();
    while (again->Run(Slice()) != Step::kDone) {
    }
    CHECK_EQ(again->error.code, -ECANCELED);
  }
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST_MAIN()
