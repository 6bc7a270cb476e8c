// Files and directories with any names: a listing and a walk pack each name once, as it is.
//
// Input: names with NUL between them. Those that end in 'd' are directories.
#include <algorithm>
#include <cstring>
#include <set>

#include "core/tasks/directories.h"
#include "core/tasks/registry.h"
#include "core/tasks/walk_tree.h"
#include "test/fuzz/fuzz.h"

using namespace uvfiles;
using namespace uvfiles::fuzz;

namespace {

constexpr size_t kMostNames = 12;
constexpr size_t kLongestName = 255;

using Names = std::multiset<std::string>;

std::vector<std::string> Batches(TaskKind kind, std::vector<std::string> bytes,
                                 std::vector<int64_t> numbers) {
  TaskArguments arguments;
  arguments.bytes = std::move(bytes);
  arguments.numbers = std::move(numbers);
  const auto task = MakeTask(kind, std::move(arguments));
  std::vector<std::string> batches;
  for (;;) {
    const Step step = task->Run(Slice(0));
    if (step == Step::kAgain) continue;
    CHECK_THAT(task->error.code == 0);
    if (!task->output.empty()) batches.push_back(std::move(task->output));
    task->output.clear();
    if (step == Step::kDone) return batches;
  }
}

// `count` texts from `offset` on, a NUL behind each.
size_t AddTexts(const std::string& bytes, size_t offset, size_t count, Names* names) {
  for (; count > 0; count--) {
    const size_t end = bytes.find('\0', offset);
    CHECK_THAT(end != std::string::npos);
    if (names != nullptr) names->insert(bytes.substr(offset, end - offset));
    offset = end + 1;
  }
  return offset;
}

uint32_t At(const std::string& bytes, size_t offset) {
  uint32_t number;
  CHECK_THAT(offset + sizeof number <= bytes.size());
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

Names Listed(const std::string& top) {
  Names names;
  for (const std::string& batch : Batches(TaskKind::kScanDirectory, {top}, {0})) {
    const size_t count = At(batch, 0);
    CHECK_THAT(AddTexts(batch, 8 + 9 * count, count, &names) == batch.size());
  }
  return names;
}

Names NamesOnly(const std::string& top, int64_t flags) {
  Names names;
  for (const std::string& batch : Batches(TaskKind::kScanDirectory, {top}, {kNamesOnly | flags})) {
    const auto count = static_cast<size_t>(std::count(batch.begin(), batch.end(), '\0'));
    CHECK_THAT(AddTexts(batch, 0, count, &names) == batch.size());
  }
  return names;
}

// Of the top; the directories in it are empty.
Names Walked(const std::string& top, size_t directories) {
  Names names;
  size_t records = 0;
  for (const std::string& batch :
       Batches(TaskKind::kWalkTree, {top, std::string(), std::string()}, {0, 1, -1})) {
    const size_t count = At(batch, 0);
    size_t text = At(batch, 4);
    for (size_t i = 0; i < count; i++) {
      const size_t record = 8 + 24 * i;
      const bool is_top = At(batch, record) == 0;
      CHECK_THAT(At(batch, record + 8) == 0);
      const size_t entries =
          At(batch, record + 12) + At(batch, record + 16) + At(batch, record + 20);
      CHECK_THAT(is_top || entries == 0);
      text = AddTexts(batch, text, 1, nullptr);
      text = AddTexts(batch, text, entries, is_top ? &names : nullptr);
    }
    CHECK_THAT(text == batch.size());
    records += count;
  }
  CHECK_THAT(records == directories + 1);
  return names;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string top = Scratch() + "/top";
  CHECK_THAT(::mkdir(top.c_str(), 0755) == 0);
  const std::string input(reinterpret_cast<const char*>(data), size);
  Names wanted;
  size_t directories = 0;
  for (size_t at = 0; at < size && wanted.size() < kMostNames;) {
    const std::string name = std::string(input.c_str() + at).substr(0, kLongestName);
    at += std::strlen(input.c_str() + at) + 1;
    const std::string path = top + "/" + name;
    if (name.empty() || name.find('/') != std::string::npos) continue;
    const bool is_directory = name.back() == 'd';
    const int made = is_directory ? ::mkdir(path.c_str(), 0755)
                                  : ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0644);
    if (made < 0) continue;  // a name that is there already, or one that no file can have
    if (is_directory)
      directories++;
    else
      ::close(made);
    wanted.insert(name);
  }
  CHECK_THAT(Listed(top) == wanted);
  CHECK_THAT(NamesOnly(top, 0) == wanted);
  CHECK_THAT(NamesOnly(top, kSorted) == wanted);
  CHECK_THAT(Walked(top, directories) == wanted);
  for (const std::string& name : wanted) {
    const std::string path = top + "/" + name;
    CHECK_THAT((name.back() == 'd' ? ::rmdir(path.c_str()) : ::unlink(path.c_str())) == 0);
  }
  CHECK_THAT(::rmdir(top.c_str()) == 0);
  return 0;
}
