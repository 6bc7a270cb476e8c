// Whole files that a job opens ahead, a window at a time: every operation has one end, and every descriptor is closed.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/clock.h"
#include "platform/cached.h"
#include "test/os_support.h"

namespace uvfiles {
namespace test {

namespace {

// A batch of operations as a job takes it.
struct Window {
  explicit Window(const std::vector<std::string>& paths) {
    batch.lane = &lane;
    batch.opens_ahead = true;
    for (const std::string& path : paths) {
      details.push_back(std::make_unique<OperationDetails>());
      details.back()->path = path;
      details.back()->flags = O_RDONLY;
      operations.push_back(std::make_unique<Operation>());
      Operation& operation = *operations.back();
      operation.kind = OpKind::kReadFile;
      operation.details = details.back().get();
      operation.queued_ns = NowNs();
      operation.state.store(OpState::kTaken);
      batch.operations[static_cast<size_t>(batch.count++)] = &operation;
    }
  }
  ~Window() {
    for (const auto& each : operations) {
      GiveUp(*each, UV_ECANCELED, false);
      BlockPool::Instance().Release({each->data, each->capacity});
    }
  }
  OpState StateOf(size_t index) const { return operations[index]->state.load(); }
  std::string BytesOf(size_t index) const {
    const Operation& operation = *operations[index];
    return operation.result > 0 ? std::string(operation.data, static_cast<size_t>(operation.result))
                                : "";
  }

  Lane lane;
  Batch batch;
  std::vector<std::unique_ptr<OperationDetails>> details;
  std::vector<std::unique_ptr<Operation>> operations;
};

const Atomic<bool> kOpen{false};

// Nothing is opened ahead before mounts are known. False where they never are.
bool MountsAreKnown() {
  for (int i = 0; i < 500 && platform::KnownMounts() == nullptr; i++) {
    platform::WantMounts();
    platform::LearnMountsIfWanted();
    ::usleep(10000);
  }
  return platform::KnownMounts() != nullptr;
}

}  // namespace

TEST("reads files that it has opened ahead, and hands back what it cannot open") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) {
    std::printf("skipped: this system cannot tell its mounts\n");
    return;
  }
  WriteText(top + "/a", "one");
  WriteText(top + "/b", std::string(300000, 'b'));
  WriteText(top + "/empty", "");
  const int before = OpenDescriptors();
  {
    Window window(
        {top + "/a", top + "/none", top + "/b", "/proc/self/status", top + "/empty", top});
    window.batch.Perform(UINT64_MAX, kOpen);
    CHECK_EQ(window.BytesOf(0), "one");
    CHECK_EQ(window.BytesOf(2), std::string(300000, 'b'));
    CHECK_EQ(window.operations[4]->result, 0);
    CHECK_EQ(window.operations[5]->result, UV_EISDIR);
    for (const size_t done : {0, 2, 4, 5}) CHECK(window.StateOf(done) == OpState::kFinished);
    // A missing file, and one on a mount that is not known to be local, fail or wait at their turn.
    for (const size_t given_back : {1, 3}) {
      CHECK(window.StateOf(given_back) == OpState::kQueued);
      CHECK(!Batch::OpensAhead(*window.operations[given_back]));
    }
  }
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("hands back what the slice is too short for") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) return;
  std::vector<std::string> paths;
  for (int i = 0; i < 4; i++) {
    paths.push_back(top + "/" + std::to_string(i));
    WriteText(paths.back(), std::to_string(i));
  }
  const int before = OpenDescriptors();
  {
    Window window(paths);
    window.batch.Perform(0, kOpen);
    CHECK_EQ(window.BytesOf(0), "0");
    CHECK_EQ(OpenDescriptors(), before);
    for (size_t i = 1; i < paths.size(); i++) {
      CHECK(window.StateOf(i) == OpState::kQueued);
      CHECK(Batch::OpensAhead(*window.operations[i]));
    }
  }
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("reads at its turn the file that was opened ahead, whatever has the name by then") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) return;
  WriteText(top + "/a", "one");
  const int before = OpenDescriptors();
  {
    Window window({top + "/a", top + "/a"});
    bool cold = false;
    for (const auto& each : window.details) {
      each->own.fd =
          platform::OpenAhead(*platform::KnownMounts(), each->path.c_str(), O_RDONLY, &cold);
      REQUIRE(each->own.fd >= 0);
    }
    CHECK_EQ(OpenDescriptors(), before + 2);
    ::unlink((top + "/a").c_str());
    CHECK(Perform(*window.operations[0], UINT64_MAX) == Performed::kDone);
    CHECK_EQ(window.BytesOf(0), "one");
    // The other one is given up: see ~Window.
  }
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("opens nothing of what was cancelled, expired or ends") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) return;
  WriteText(top + "/a", "one");
  const int before = OpenDescriptors();
  Window window({top + "/a", top + "/a", top + "/a"});
  CHECK(Advance(window.operations[0].get(), OpState::kTaken, OpState::kCancelled));
  window.operations[1]->timeout_ms = 0.001f;
  window.operations[1]->queued_ns = NowNs() - 1000 * 1000;
  window.batch.Perform(UINT64_MAX, kOpen);
  CHECK(window.StateOf(0) == OpState::kCancelled);
  CHECK(window.StateOf(1) == OpState::kCancelled);
  CHECK_EQ(window.operations[1]->result, UV_ETIMEDOUT);
  CHECK_EQ(window.BytesOf(2), "one");

  const Atomic<bool> closing{true};
  Window ended({top + "/a", top + "/a"});
  ended.batch.Perform(UINT64_MAX, closing);
  CHECK(ended.StateOf(0) == OpState::kCancelled);
  CHECK(ended.StateOf(1) == OpState::kCancelled);
  CHECK_EQ(OpenDescriptors(), before);
  Clear(top);
}

TEST("leaves the last descriptors to the rest of the process") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) return;
  WriteText(top + "/a", "one");
  struct rlimit limit;
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const struct rlimit low = {static_cast<rlim_t>(OpenDescriptors()) + 32, limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  Window window({top + "/a", top + "/a"});
  window.batch.Perform(UINT64_MAX, kOpen);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(window.StateOf(0) == OpState::kQueued);
  CHECK_EQ(window.details[0]->own.fd, -1);
  Clear(top);
}

TEST("tells cold files by their time, or by what the kernel says") {
  Lane lane;
  CHECK(!lane.FilesAreCold());
  for (int i = 0; i < 4; i++) lane.RecordFile(100 * 1000, false);
  CHECK(lane.FilesAreCold());
  // The disk was asked in time: they are cold all the same.
  for (int i = 0; i < 40; i++) lane.RecordFile(3000, true);
  CHECK(lane.FilesAreCold());
  for (int i = 0; i < 40; i++) lane.RecordFile(3000, false);
  CHECK(!lane.FilesAreCold());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
