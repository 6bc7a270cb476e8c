// What the tests of tree removals share: running one to its end, alone or with hands.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/tasks/remove_tree.h"
#include "test/temp_support.h"

namespace uvfiles {
namespace test {

inline std::unique_ptr<RemoveTree> Begin(const std::string& path, int64_t flags = 0) {
  TaskArguments arguments;
  arguments.bytes.push_back(path);
  arguments.numbers.push_back(flags);
  return std::make_unique<RemoveTree>(std::move(arguments));
}

struct Outcome {
  TaskError error;
  uint64_t removed = 0;
  uint64_t failures = 0;
};

inline Outcome RunToEnd(RemoveTree& task) {
  while (task.Run(Slice()) != Step::kDone) {
  }
  Outcome outcome;
  outcome.error = task.error;
  if (task.output.size() == 16) {
    std::memcpy(&outcome.removed, task.output.data(), 8);
    std::memcpy(&outcome.failures, task.output.data() + 8, 8);
  }
  return outcome;
}

inline Outcome Remove(const std::string& path, int64_t flags = 0) {
  return RunToEnd(*Begin(path, flags));
}

// Runs a removal that calls for help, with hands in threads of their own. The first hand goes half-way.
inline Outcome RemoveWithHands(const std::string& path, int64_t flags, size_t* hands) {
  auto task = Begin(path, flags | kWithHands);
  std::vector<std::thread> threads;
  for (;;) {
    // A deadline that has passed: every step ends after one entry.
    const Step step = task->Run(Slice(1));
    if (step == Step::kDone) break;
    if (step != Step::kReady || task->output.size() != 4) continue;
    uint32_t number;
    std::memcpy(&number, task->output.data(), 4);
    task->output.clear();
    for (int i = 0; i < 3; ++i) {
      const bool deserter = threads.empty();
      threads.emplace_back([number, deserter] {
        TaskArguments arguments;
        arguments.numbers.push_back(number);
        const auto hand = MakeRemoveTreeHand(std::move(arguments));
        for (int steps = 0; hand->Run(Slice(1)) != Step::kDone; ++steps) {
          if (deserter && steps == 40) break;
        }
      });
    }
  }
  *hands += threads.size();
  for (std::thread& thread : threads) thread.join();
  Outcome outcome;
  outcome.error = task->error;
  REQUIRE(task->output.size() == 16);
  std::memcpy(&outcome.removed, task->output.data(), 8);
  std::memcpy(&outcome.failures, task->output.data() + 8, 8);
  return outcome;
}

}  // namespace test
}  // namespace uvfiles
