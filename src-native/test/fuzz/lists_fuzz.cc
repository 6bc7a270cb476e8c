// Any bytes as a list of paths: statMany and readMany answer for each of them, in order, in records of the documented size.
//
// Input: a byte for the size of batches, then the list. Slashes are taken out, so that only files of this process are read.
#include <algorithm>
#include <cstring>

#include "core/tasks/read_many.h"
#include "core/tasks/registry.h"
#include "test/fuzz/fuzz.h"

using namespace uvfiles;
using namespace uvfiles::fuzz;

namespace {

constexpr size_t kStatNumbers = 19;
const std::string kContents[] = {"", "first", std::string(5000, 'x')};
const std::string kFifo = "d";

// The content of the path, if it is a file of ours.
const std::string* ContentOf(const std::string& path) {
  const bool ours = path.size() == 1 && path[0] >= 'a' && path[0] <= 'c';
  return ours ? &kContents[path[0] - 'a'] : nullptr;
}

std::unique_ptr<Task> Make(TaskKind kind, const std::string& list, std::vector<int64_t> numbers) {
  TaskArguments arguments;
  arguments.bytes = {list};
  arguments.numbers = std::move(numbers);
  auto task = MakeTask(kind, std::move(arguments));
  CHECK_THAT(task != nullptr);
  return task;
}

// Runs on to the next batch; false at the end.
bool NextBatch(Task* task, bool hurried, std::string* batch) {
  Step step;
  do step = task->Run(hurried ? Slice(0) : Slice());
  while (step == Step::kAgain);
  CHECK_THAT(task->error.code == 0);
  batch->assign(task->block.data != nullptr ? task->block.data : task->output.data(),
                task->block.data != nullptr ? task->block_size : task->output.size());
  BlockPool::Instance().Release(task->block);
  task->block = Block();
  task->output.clear();
  return step != Step::kDone;
}

template <typename Number>
Number At(const std::string& bytes, size_t offset) {
  Number number;
  CHECK_THAT(offset + sizeof number <= bytes.size());
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

// Takes a batch apart as lib/native/records.ts does. The number of its files.
size_t CheckBatch(const std::string& batch, const std::vector<std::string>& paths, size_t from) {
  if (batch.empty()) return 0;
  const auto count = static_cast<size_t>(At<uint64_t>(batch, batch.size() - 8));
  CHECK_THAT(count <= paths.size() - from);
  CHECK_THAT(batch.size() >= 8 + 16 * count);
  const size_t records = batch.size() - 8 - 16 * count;
  CHECK_THAT(records % 8 == 0);
  size_t content = 0;
  for (size_t i = 0; i < count; i++) {
    const auto size = static_cast<size_t>(At<uint64_t>(batch, records + 16 * i));
    const auto code = At<int32_t>(batch, records + 16 * i + 8);
    if (paths[from + i] == kFifo) {
      // Left to the caller, at the end of its batch.
      const auto call = static_cast<ReadManyCall>(At<uint32_t>(batch, records + 16 * i + 12));
      CHECK_THAT(code == 0 && size == 0 && call == ReadManyCall::kElsewhere && i == count - 1);
      continue;
    }
    const std::string* const wanted = ContentOf(paths[from + i]);
    CHECK_THAT((code == 0) == (wanted != nullptr));
    CHECK_THAT(content + size <= records);
    if (wanted != nullptr) CHECK_THAT(batch.compare(content, size, *wanted) == 0);
    content += size;
  }
  CHECK_THAT(records - content < 8);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool is_set_up = [] {
    CHECK_THAT(::chdir(Scratch().c_str()) == 0);
    for (char name = 'a'; name <= 'c'; name++)
      WriteText(std::string(1, name), kContents[name - 'a']);
    CHECK_THAT(::mkfifo(kFifo.c_str(), 0600) == 0);
    return true;
  }();
  if (size == 0 || !is_set_up) return 0;
  std::string list(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::replace(list.begin(), list.end(), '/', '_');
  std::vector<std::string> paths(1);
  for (const char each : list) {
    if (each == '\0')
      paths.emplace_back();
    else
      paths.back().push_back(each);
  }
  const bool hurried = (data[0] & 1) != 0;
  std::string batch;
  std::string stats;
  const auto stat = Make(TaskKind::kStatMany, list, {0});
  bool more = true;
  while (more) {
    more = NextBatch(stat.get(), hurried, &batch);
    stats += batch;
  }
  CHECK_THAT(stats.size() == paths.size() * kStatNumbers * sizeof(double));
  for (size_t i = 0; i < paths.size(); i++) {
    const bool is_there = At<double>(stats, i * kStatNumbers * sizeof(double)) == 0;
    const bool has_other = paths[i] == kFifo || paths[i] == "." || paths[i] == "..";
    CHECK_THAT(is_there == (ContentOf(paths[i]) != nullptr || has_other));
  }
  const auto read = Make(TaskKind::kReadMany, list, {data[0] * 40, 0});
  size_t seen = 0;
  more = true;
  while (more) {
    more = NextBatch(read.get(), hurried, &batch);
    seen += CheckBatch(batch, paths, seen);
  }
  CHECK_THAT(seen == paths.size());
  return 0;
}
