#include "test/simulation/scenes.h"

#include <functional>
#include <memory>

#include "core/dispatcher.h"
#include "test/simulation/kernel.h"
#include "test/simulation/loop.h"
#include "test/simulation/scheduler.h"

namespace uvfiles {
namespace simulation {

namespace {

constexpr uint32_t kThreads = 2;

// One environment, and a pool that gives it one thread.
class Scene {
 public:
  explicit Scene(uint64_t seed) : pool_((Reset(seed), kThreads), 1) {
    kernel = {};
    kernel.reports_truly = true;
    kernel.most_permits = pool_.limit();
    kernel.tokens.push_back(0);
    file_.fd = 0;
  }

  // `body` is what the loop thread does. All operations must be delivered once the calls that hang have returned.
  void Play(const std::function<void()>& body) {
    StartPool(kThreads);
    Start("loop", [&] {
      poller_ = std::make_unique<Poller>();
      dispatcher_ =
          std::make_unique<Dispatcher>(&loop_.loop, Deliver, Discard, this, pool_, *poller_);
      if (dispatcher_->Open() != 0) Fail("Open() failed");
      body();
      while (!kernel.hanging.empty()) Release(kernel.hanging.front());
      RunUntil([&] { return dispatcher_->outstanding() == 0; });
      dispatcher_->Close([](void* context) { static_cast<Scene*>(context)->closed_ = true; });
      RunUntil([&] { return closed_; });
      dispatcher_.reset();
      EndPool();
      poller_.reset();
    });
    Run([] { Fail("nothing happens any more in a scene"); });
  }

  Operation* Submit(OpKind kind, Act act) {
    Operation* const operation = dispatcher_->Acquire();
    operation->kind = kind;
    operation->file = &file_;
    operation->slot = static_cast<uint32_t>(kernel.fates.size());
    Fate fate;
    fate.operation = operation;
    fate.act = act;
    fate.left = 1;
    fate.fd = file_.fd;
    kernel.fates.push_back(fate);
    if (!dispatcher_->Submit(operation)) Fail("a lane without a limit is full");
    return operation;
  }

  template <typename Condition>
  void RunUntil(Condition condition) {
    while (!condition()) {
      loop_.RunOnce();
      Sleep(1000);
    }
  }

  SimLoop& loop() { return loop_; }
  Dispatcher& dispatcher() { return *dispatcher_; }
  const OpenFile& file() const { return file_; }

 private:
  static void Deliver(void* context, Operation* finished) {
    while (finished != nullptr) {
      Operation* const operation = finished;
      finished = finished->next;
      Fate& fate = FateOf(*operation);
      if (fate.settled) Fail("operation %u has a second end", operation->slot);
      fate.settled = true;
      static_cast<Scene*>(context)->dispatcher_->Release(operation);
    }
  }
  static void Discard(void*, Operation* operation) {
    Fail("operation %u is discarded", operation->slot);
  }

  SimLoop loop_;
  ProcessPool pool_;
  OpenFile file_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<Dispatcher> dispatcher_;
  bool closed_ = false;
};

// The poller has marked an operation as ready but has not pushed it yet, and no thread is free to take it.
void AbortsBetweenReadyAndPush(uint64_t seed) {
  Scene scene(seed);
  scene.Play([&] {
    Operation* const read = scene.Submit(OpKind::kRead, Act::kWaits);
    scene.RunUntil([&] { return read->state.Peek() == OpState::kParked; });
    scene.Submit(OpKind::kFstat, Act::kHangs);
    scene.RunUntil([&] { return !kernel.hanging.empty(); });
    HoldFiber("poller", [&] { return read->state.Peek() == OpState::kQueued; });
    MakeReady(scene.file().fd);
    while (read->state.Peek() != OpState::kQueued) Step();

    const Fate& fate = FateOf(*read);
    if (scene.dispatcher().Cancel(read) != CancelResult::kCancelled)
      Fail("an operation that was queued is not cancelled");
    scene.loop().RunOnce();
    if (!fate.settled) Fail("an operation that was aborted stays in the queue");
  });
}

}  // namespace

void PlayScenes(uint64_t seed) { AbortsBetweenReadyAndPush(seed); }

}  // namespace simulation
}  // namespace uvfiles
