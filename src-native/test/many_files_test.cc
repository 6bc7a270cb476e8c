// StatMany and ReadMany: every path answered, in order, each with its own error.
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "core/tasks/read_many.h"
#include "core/tasks/stat_many.h"
#include "platform/posix/tasks/opened_ahead.h"
#include "test/os_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

std::string Joined(const std::vector<std::string>& paths) {
  std::string joined;
  for (size_t i = 0; i < paths.size(); i++) {
    if (i > 0) joined.push_back('\0');
    joined += paths[i];
  }
  return joined;
}

struct Item {
  int code;
  std::string data;
};

std::vector<Item> Decode(const std::vector<std::string>& batches) {
  std::vector<Item> items;
  for (const std::string& batch : batches) {
    if (batch.empty()) continue;
    const auto count = IntegerAt<uint64_t>(batch, batch.size() - 8);
    size_t table = batch.size() - 8 - count * 16;
    size_t at = 0;
    for (uint64_t i = 0; i < count; i++, table += 16) {
      const auto size = IntegerAt<uint64_t>(batch, table);
      items.push_back({IntegerAt<int32_t>(batch, table + 8), batch.substr(at, size)});
      at += size;
    }
  }
  return items;
}

}  // namespace

TEST("stats a list, as doubles or exactly, with the code of each failure") {
  const std::string top = Scratch();
  Touch(top + "/a");
  REQUIRE(::symlink("a", (top + "/l").c_str()) == 0);
  const std::string list = Joined({top + "/a", top + "/none", top + "/l"});
  for (const bool hurried : {false, true}) {
    const std::string exact = Run(TaskKind::kStatMany, {list}, {kExact}, hurried).output;
    CHECK_EQ(exact.size(), 3 * 19 * 8);
    CHECK_EQ(IntegerAt<int64_t>(exact, 0), 0);
    CHECK_EQ(IntegerAt<int64_t>(exact, (1 + 8) * 8), 4);
    CHECK_EQ(IntegerAt<int64_t>(exact, 19 * 8), -ENOENT);
    const std::string doubles =
        Run(TaskKind::kStatMany, {list}, {kLinksThemselves}, hurried).output;
    CHECK_EQ(IntegerAt<double>(doubles, (19 * 2 + 1 + 8) * 8), 1.0);
    CHECK_EQ(IntegerAt<double>(doubles, (19 + 1) * 8 - 8), static_cast<double>(-ENOENT));
  }
  // An empty list is one empty path.
  CHECK_EQ(IntegerAt<double>(Run(TaskKind::kStatMany, {""}, {0}).output, 0), -ENOENT);
  Clear(top);
}

TEST("leaves FIFOs and devices of a list to the caller, without waiting for them") {
  const std::string top = Scratch();
  REQUIRE(::mkfifo((top + "/fifo").c_str(), 0600) == 0);
  Touch(top + "/a");
  const std::string list = Joined({top + "/fifo", top + "/a", "/dev/null"});
  for (const bool hurried : {false, true}) {
    std::vector<uint32_t> calls;
    for (const std::string& batch : Run(TaskKind::kReadMany, {list}, {1000}, hurried).batches) {
      if (batch.empty()) continue;
      const auto count = IntegerAt<uint64_t>(batch, batch.size() - 8);
      for (uint64_t i = 0; i < count; i++)
        calls.push_back(IntegerAt<uint32_t>(batch, batch.size() - 8 - (count - i) * 16 + 12));
    }
    constexpr auto kElsewhere = static_cast<uint32_t>(ReadManyCall::kElsewhere);
    REQUIRE(calls.size() == 3);
    CHECK_EQ(calls[0], kElsewhere);
    CHECK_EQ(calls[1], static_cast<uint32_t>(ReadManyCall::kRead));
    CHECK_EQ(calls[2], kElsewhere);
  }
  Clear(top);
}

TEST("reads a list in order, with any sizes, in batches") {
  const std::string top = Scratch();
  std::vector<std::string> paths;
  std::vector<std::string> contents;
  for (int i = 0; i < 60; i++) {
    paths.push_back(top + "/" + std::to_string(i));
    const size_t size = i == 30 ? 3000000 : i == 31 ? 0 : static_cast<size_t>(i) * 97;
    contents.emplace_back(size, static_cast<char>('a' + i % 26));
    WriteText(paths.back(), contents.back());
  }
  paths.insert(paths.begin() + 5, {top + "/none", top});
  // The last ones open files ahead of their turn, as if none of them were cached.
  for (const int variant : {0, 1, 2, 3}) {
    std::vector<int64_t> numbers = {16384};
    if (variant >= 2) numbers.push_back(0);
    const int before = OpenDescriptors();
    const Outcome outcome =
        Run(TaskKind::kReadMany, {Joined(paths)}, std::move(numbers), variant % 2 == 1);
    CHECK_EQ(OpenDescriptors(), before);
    CHECK(outcome.batches.size() > 5);
    const auto items = Decode(outcome.batches);
    REQUIRE(items.size() == paths.size());
    CHECK_EQ(items[5].code, -ENOENT);
    CHECK_EQ(items[6].code, -EISDIR);
    for (size_t i = 0; i < contents.size(); i++) {
      const Item& item = items[i < 5 ? i : i + 2];
      CHECK_EQ(item.code, 0);
      CHECK(item.data == contents[i]);
    }
  }
  Clear(top);
}

TEST("reads files that report no size") {
  const auto items = Decode(
      Run(TaskKind::kReadMany, {Joined({"/proc/self/status", "/proc/cpuinfo"})}, {100}).batches);
  REQUIRE(items.size() == 2);
  CHECK(items[0].data.find("Name:") == 0);
  CHECK(items[1].data.size() > 100);
}

TEST("does not wait for the writer of a FIFO that replaced a file it opens ahead") {
  const std::string top = Scratch();
  const std::string path = top + "/f";
  WriteText(top + "/a", "one");
  const std::string list = path + '\0' + top + "/a";
  // A link is swapped until the FIFO is met between the look at the file and its open, or for a while.
  REQUIRE(::mkfifo((top + "/fifo").c_str(), 0600) == 0);
  std::atomic<bool> over{false};
  std::thread swapping([&] {
    const std::string next = top + "/next";
    for (int i = 0; !over; i++) {
      if (::symlink(i % 2 == 0 ? "fifo" : "a", next.c_str()) == 0)
        ::rename(next.c_str(), path.c_str());
    }
  });
  for (int i = 0; i < 3000; i++) {
    OpenedAhead ahead(list);
    ahead.Refill(0, 1 << 20);
    const UniqueFd fd = ahead.Take(0);
    struct stat found;
    if (fd) CHECK(::fstat(fd.Get(), &found) == 0 && S_ISREG(found.st_mode));
  }
  over = true;
  swapping.join();
  Clear(top);
}

TEST("holds no descriptor while its consumer has a batch") {
  const std::string top = Scratch();
  WriteText(top + "/small", "one");
  WriteText(top + "/large", std::string(5000, 'l'));
  WriteText(top + "/after", "two");
  const int before = OpenDescriptors();
  const std::string list = Joined({top + "/small", top + "/large", top + "/after"});
  for (const std::vector<int64_t>& numbers : {std::vector<int64_t>{1000}, {1000, 0}}) {
    auto task = Begin(TaskKind::kReadMany, {list}, numbers);
    CHECK_EQ(task->Run(Slice()), Step::kReady);
    CHECK_EQ(OpenDescriptors(), before);
    BlockPool::Instance().Release(task->block);  // the first batch, whose consumer is busy
    task->block = Block();
    const auto items = Decode(RunToEnd(*task).batches);
    REQUIRE(items.size() == 2);
    CHECK_EQ(items[0].data, std::string(5000, 'l'));
    CHECK_EQ(items.back().data, "two");
  }
  Clear(top);
}

TEST(
    "keeps the files that it has opened ahead from slice to slice, and closes them with the "
    "batch") {
  const std::string top = Scratch();
  std::vector<std::string> paths;
  for (int i = 0; i < 10; i++) {
    paths.push_back(top + "/" + std::to_string(i));
    WriteText(paths.back(), std::to_string(i));
  }
  const int before = OpenDescriptors();
  auto task = Begin(TaskKind::kReadMany, {Joined(paths)}, {1000, 0});
  for (int i = 1; i < 10; i++) {
    CHECK_EQ(task->Run(Slice(0)), Step::kAgain);
    const int kept = OpenDescriptors() - before;
    if (i > 1) CHECK(kept >= 10 - i && kept <= 11 - i);  // and the folder's
  }
  const auto items = Decode(RunToEnd(*task).batches);
  REQUIRE(items.size() == 10);
  for (int i = 0; i < 10; i++) CHECK_EQ(items[i].data, std::to_string(i));
  CHECK_EQ(OpenDescriptors(), before);
  // It is dropped in between.
  task = Begin(TaskKind::kReadMany, {Joined(paths)}, {1000, 0});
  for (int i = 0; i < 3; i++) CHECK_EQ(task->Run(Slice(0)), Step::kAgain);
  CHECK(OpenDescriptors() > before);
  task.reset();
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("returns an empty batch while there is no descriptor") {
  const std::string top = Scratch();
  WriteText(top + "/a", "one");
  WriteText(top + "/b", "two");
  auto task = Begin(TaskKind::kReadMany, {Joined({top + "/a", top + "/b"})}, {100});
  CHECK_EQ(WithDescriptorsBelow(0, [&] { return task->Run(Slice()); }), Step::kReady);
  CHECK(task->output.empty());
  const auto items = Decode(RunToEnd(*task).batches);
  REQUIRE(items.size() == 2);
  CHECK_EQ(items[1].data, "two");
  Clear(top);
}

TEST(
    "opens a window of files ahead of their turn, regular ones alone, and leaves the last "
    "descriptors") {
  const std::string top = Scratch();
  std::vector<std::string> paths;
  for (int i = 0; i < 100; i++) {
    paths.push_back(top + "/" + std::to_string(i));
    WriteText(paths.back(), std::to_string(i));
  }
  REQUIRE(::mkfifo((top + "/fifo").c_str(), 0600) == 0);
  paths.insert(paths.begin() + 10, {top + "/fifo", top + "/none", top});
  const std::string list = Joined(paths);
  const int before = OpenDescriptors();
  size_t first = 0;
  {
    OpenedAhead ahead(list);
    ahead.Refill(0, 1000000);
    CHECK(OpenDescriptors() - before <=
          static_cast<int>(OpenedAhead::kMost) + 1);  // and the folder's
    for (size_t i = 0; i < paths.size(); i++) {
      const UniqueFd file = ahead.Take(first);
      const bool regular = i < 10 || i > 12;
      if (i < OpenedAhead::kMost) CHECK_EQ(static_cast<bool>(file), regular);
      if (file) {
        char text[8];
        const auto size = ::read(file.Get(), text, sizeof text);
        CHECK_EQ(std::string(text, static_cast<size_t>(size)), std::to_string(i < 10 ? i : i - 3));
      }
      first += paths[i].size() + 1;
      ahead.Refill(first, 1000000);
    }
  }
  CHECK_EQ(OpenDescriptors(), before);
  OpenedAhead without_room(list);
  without_room.Refill(0, 0);
  CHECK(!without_room.Take(0));
  OpenedAhead without_descriptors(list);
  WithDescriptorsBelow(40, [&] { without_descriptors.Refill(0, 1000000); });
  CHECK(!without_descriptors.Take(0));
  Clear(top);
}

TEST_MAIN()
