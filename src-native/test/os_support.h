// What the tests of os, tree and whole-file tasks share: running a task by its kind, and small files.
#pragma once

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "core/tasks/registry.h"
#include "core/tasks/remove_tree.h"
#include "test/temp_support.h"

namespace uvfiles {
namespace test {

struct Outcome {
  std::string output;                // of the last step
  std::vector<std::string> batches;  // all of them, the last among them
  TaskError error;
  int code() const { return error.code; }
};

inline std::unique_ptr<Task> Begin(TaskKind kind, std::vector<std::string> bytes,
                                   std::vector<int64_t> numbers = {}) {
  TaskArguments arguments;
  arguments.bytes = std::move(bytes);
  arguments.numbers = std::move(numbers);
  auto task = MakeTask(kind, std::move(arguments));
  REQUIRE(task != nullptr);
  return task;
}

// With `hurried` every slice is over before it begins, so that each task is left and taken up again wherever it can be.
inline Outcome RunToEnd(Task& task, bool hurried = false) {
  Outcome outcome;
  for (;;) {
    const Step step = task.Run(hurried ? Slice(0) : Slice());
    if (step == Step::kAgain) continue;
    // A task may answer in a block instead.
    if (task.block.data != nullptr) {
      task.output.assign(task.block.data, task.block_size);
      BlockPool::Instance().Release(task.block);
      task.block = Block();
    }
    outcome.batches.push_back(std::move(task.output));
    task.output.clear();
    if (step == Step::kDone) break;
  }
  outcome.output = outcome.batches.back();
  outcome.error = task.error;
  return outcome;
}

inline Outcome Run(TaskKind kind, std::vector<std::string> bytes, std::vector<int64_t> numbers = {},
                   bool hurried = false) {
  return RunToEnd(*Begin(kind, std::move(bytes), std::move(numbers)), hurried);
}

// The same bytes each time, which no wrong copy contains by chance.
inline std::string Noise(size_t size) {
  std::string text(size, '\0');
  uint32_t state = 12345;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

inline void Clear(const std::string& path) {
  Run(TaskKind::kRemoveTree, {path}, {kForce | kIgnoreErrors});
}

inline void WriteText(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(fd);
}

inline std::string ReadText(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "<none>";
  std::string text;
  char buffer[65536];
  for (ssize_t size; (size = ::read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(size));
  }
  ::close(fd);
  return text;
}

inline struct stat StatOf(const std::string& path) {
  struct stat found {};
  REQUIRE(::lstat(path.c_str(), &found) == 0);
  return found;
}

inline int OpenDescriptors() { return CountEntries("/proc/self/fd"); }

template <typename Integer>
Integer IntegerAt(const std::string& text, size_t offset) {
  Integer value{};
  REQUIRE(offset + sizeof value <= text.size());
  std::memcpy(&value, text.data() + offset, sizeof value);
  return value;
}

inline std::vector<std::string> Split(const std::string& names) {
  std::vector<std::string> all;
  for (size_t at = 0; at < names.size(); at += all.back().size() + 1) all.emplace_back(&names[at]);
  return all;
}

}  // namespace test
}  // namespace uvfiles
