// Whole files that a job opens ahead, a window at a time: every operation has one end, and every descriptor is closed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/clock.h"
#include "platform/cached.h"
#include "test/dispatcher_support.h"
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

// A dispatcher that one job at a time works for, and what it has delivered.
struct Desk {
  Desk() : pool(2), dispatcher(Init(&loop), Deliver, Discard, this, pool) {
    REQUIRE(dispatcher.Open() == 0);
  }
  ~Desk() {
    bool closed = false;
    closed_ = &closed;
    dispatcher.Close([](void* context) { *static_cast<Desk*>(context)->closed_ = true; });
    while (!closed) uv_run(&loop, UV_RUN_ONCE);
    while (uv_run(&loop, UV_RUN_NOWAIT) != 0) {
    }
    REQUIRE(uv_loop_close(&loop) == 0);
  }
  Operation* Submit(OpKind kind) {
    Operation* const operation = dispatcher.Acquire();
    operation->kind = kind;
    if (kind != OpKind::kRead) {
      details.push_back(std::make_unique<OperationDetails>());
      operation->details = details.back().get();
    }
    return operation;
  }
  Operation* SubmitFile(const std::string& path) {
    Operation* const operation = Submit(OpKind::kReadFile);
    operation->details->path = path;
    operation->details->flags = O_RDONLY;
    REQUIRE(dispatcher.Submit(operation));
    return operation;
  }
  void RunUntilDelivered(size_t count) {
    while (delivered.size() < count) uv_run(&loop, UV_RUN_ONCE);
  }

  ProcessPool pool;
  uv_loop_t loop;
  Dispatcher dispatcher;
  std::vector<std::unique_ptr<OperationDetails>> details;
  std::vector<OpKind> delivered;

 private:
  static uv_loop_t* Init(uv_loop_t* loop) {
    REQUIRE(uv_loop_init(loop) == 0);
    return loop;
  }
  static void Deliver(void* context, Operation* finished) {
    auto* const self = static_cast<Desk*>(context);
    while (finished != nullptr) {
      Operation* const operation = finished;
      finished = finished->next;
      self->delivered.push_back(operation->kind);
      Discard(context, operation);
    }
  }
  static void Discard(void* context, Operation* operation) {
    if (operation->capacity != 0)
      BlockPool::Instance().Release({operation->data, operation->capacity});
    operation->capacity = 0;
    operation->details = nullptr;
    static_cast<Desk*>(context)->dispatcher.Release(operation);
  }
  bool* closed_ = nullptr;
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

TEST("hands back files for which the slice is too short") {
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

TEST("reads in turn the file that was opened ahead, even if its name leads elsewhere") {
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

TEST("opens no file of an operation that was cancelled, expired or is ending") {
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

TEST("handles operations that follow one that is cancelled during the batch") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) return;
  WriteText(top + "/slow", std::string(16 << 20, 's'));
  OpenFile file;
  file.fd = ::open((top + "/slow").c_str(), O_RDONLY);
  Gate gate;
  Lambda occupies(Once([&gate] { gate.Pass(); }));
  {
    Desk desk;
    desk.SubmitFile(top + "/slow");
    desk.RunUntilDelivered(1);
    Operation* const task = desk.Submit(OpKind::kTask);
    task->details->task = &occupies;
    task->details->task_owner = &occupies;
    REQUIRE(desk.dispatcher.Submit(task));
    gate.AwaitWaiting(1);
    // As Dispatcher::Cancel begins: it takes the operation out of the lane after that.
    REQUIRE(Advance(desk.SubmitFile(top + "/slow"), OpState::kQueued, OpState::kCancelled));
    for (int i = 0; i < 3; i++) {
      Operation* const operation = desk.Submit(OpKind::kRead);
      operation->file = &file;
      operation->position = 0;
      operation->size = 100;
      REQUIRE(desk.dispatcher.Submit(operation));
    }
    gate.Open();
    desk.RunUntilDelivered(6);
    CHECK_EQ(std::count(desk.delivered.begin(), desk.delivered.end(), OpKind::kRead), 3);
  }
  ::close(file.fd);
  Clear(top);
}

TEST("leaves the last descriptors to the rest of the process") {
  const std::string top = Scratch();
  if (!MountsAreKnown()) return;
  WriteText(top + "/a", "one");
  Window window({top + "/a", top + "/a"});
  WithDescriptorsBelow(static_cast<rlim_t>(OpenDescriptors()) + 32,
                       [&] { window.batch.Perform(UINT64_MAX, kOpen); });
  CHECK(window.StateOf(0) == OpState::kQueued);
  CHECK_EQ(window.details[0]->own.fd, -1);
  Clear(top);
}

TEST("recognizes uncached files by their time, or by the kernel's answer") {
  Lane lane;
  CHECK(!lane.FilesAreCold());
  for (int i = 0; i < 4; i++) lane.RecordFile(100 * 1000, false);
  CHECK(lane.FilesAreCold());
  // The disk was asked in time, but they still count as cold.
  for (int i = 0; i < 40; i++) lane.RecordFile(3000, true);
  CHECK(lane.FilesAreCold());
  for (int i = 0; i < 40; i++) lane.RecordFile(3000, false);
  CHECK(!lane.FilesAreCold());
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
