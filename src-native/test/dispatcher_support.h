// What the dispatcher's tests share: a loop with its dispatcher, operations that run a lambda in the pool, and gates.
#pragma once

#include <uv.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/dispatcher.h"
#include "test/check.h"

namespace uvfiles {
namespace test {

// libuv's pool has four threads unless told; three may work for us.
constexpr uint32_t kThreads = 4;

inline void Nothing() {}

// Closed at first. Threads that pass it wait until it is opened.
class Gate {
 public:
  void Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    waiting_++;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    waiting_--;
  }
  int Waiting() {
    std::lock_guard<std::mutex> lock(mutex_);
    return waiting_;
  }
  // Until `count` threads wait at the gate.
  void AwaitWaiting(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

// A task that runs a function in the pool; its answer is the step.
class Lambda : public Task, public TaskOwner {
 public:
  using Body = std::function<Step(Lambda&, const Slice&)>;
  explicit Lambda(Body body) : body_(std::move(body)) {}
  Step Run(const Slice& slice) override {
    runs++;
    return body_(*this, slice);
  }
  void Settled(bool) override {}
  bool Concludes() const override { return concludes; }

  std::atomic<int> runs{0};
  bool concludes = false;  // from the next slice on
  int delivered = 0;       // loop thread's
  int discarded = 0;
  int64_t result = 1;
  Operation* operation = nullptr;

 private:
  Body body_;
};

inline Lambda::Body Once(std::function<void()> body) {
  return [body](Lambda&, const Slice&) {
    body();
    return Step::kDone;
  };
}

// Loops open and close one at a time: TSan sees neither libuv's locks nor that the kernel orders a descriptor's reuse.
inline std::mutex& LoopsMutex() {
  static std::mutex mutex;
  return mutex;
}

// One loop, its dispatcher, and every operation that was ever submitted to it.
class Station {
 public:
  explicit Station(ProcessPool& pool)
      : dispatcher(std::make_unique<Dispatcher>(Init(&loop), Deliver, Discard, this, pool)) {
    std::lock_guard<std::mutex> lock(LoopsMutex());
    REQUIRE(dispatcher->Open() == 0);
  }
  ~Station() {
    if (!closed) Close();
  }

  // Null when the lane refuses it.
  Lambda* Submit(Lambda::Body body, uint16_t lane = Dispatcher::kDefaultLane,
                 float timeout_ms = 0) {
    lambdas.push_back(std::make_unique<Lambda>(std::move(body)));
    Lambda* const lambda = lambdas.back().get();
    Operation* const operation = dispatcher->Acquire();
    operation->kind = OpKind::kTask;
    operation->lane = lane;
    operation->result = 0;
    operation->capacity = 0;
    operation->timeout_ms = timeout_ms;
    operation->details = new OperationDetails();
    operation->details->task = lambda;
    operation->details->task_owner = lambda;
    lambda->operation = operation;
    if (dispatcher->Submit(operation)) return lambda;
    Release(operation);
    lambdas.pop_back();
    return nullptr;
  }
  Lambda* Submit(std::function<void()> body) { return Submit(Once(std::move(body))); }

  // Runs the loop until the condition holds; it must come true.
  template <typename Condition>
  void RunUntil(Condition condition) {
    while (!condition()) {
      uv_run(&loop, UV_RUN_NOWAIT);
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
  void RunAll() { uv_run(&loop, UV_RUN_DEFAULT); }

  void StartClosing() {
    dispatcher->Close([](void* context) { static_cast<Station*>(context)->closed = true; });
  }
  void Close() {
    if (!closed) StartClosing();
    while (!closed) uv_run(&loop, UV_RUN_ONCE);
    while (uv_run(&loop, UV_RUN_NOWAIT) != 0) {
    }
    dispatcher.reset();
    std::lock_guard<std::mutex> lock(LoopsMutex());
    REQUIRE(uv_loop_close(&loop) == 0);
  }

  uv_loop_t loop;
  std::unique_ptr<Dispatcher> dispatcher;
  std::vector<std::unique_ptr<Lambda>> lambdas;
  int delivered = 0;
  int discarded = 0;
  bool closed = false;
  std::function<void(Lambda*)> on_delivered;

 private:
  static uv_loop_t* Init(uv_loop_t* loop) {
    std::lock_guard<std::mutex> lock(LoopsMutex());
    REQUIRE(uv_loop_init(loop) == 0);
    return loop;
  }
  void Release(Operation* operation) {
    delete operation->details;
    operation->details = nullptr;
    dispatcher->Release(operation);
  }
  static Lambda* LambdaOf(Operation* operation) {
    return static_cast<Lambda*>(operation->details->task);
  }

  static void Deliver(void* context, Operation* finished) {
    auto* const self = static_cast<Station*>(context);
    while (finished != nullptr) {
      Operation* const operation = finished;
      finished = finished->next;
      Lambda* const lambda = LambdaOf(operation);
      lambda->delivered++;
      lambda->result = operation->result;
      lambda->operation = nullptr;
      self->delivered++;
      self->Release(operation);
      if (self->on_delivered) self->on_delivered(lambda);
    }
  }
  static void Discard(void* context, Operation* operation) {
    auto* const self = static_cast<Station*>(context);
    Lambda* const lambda = LambdaOf(operation);
    lambda->discarded++;
    lambda->operation = nullptr;
    self->discarded++;
    self->Release(operation);
  }
};

// Keeps every job that the pool allows busy until the gate opens.
inline void Occupy(Station& station, Gate& gate, int jobs) {
  for (int i = 0; i < jobs; i++) station.Submit([&gate] { gate.Pass(); });
  gate.AwaitWaiting(jobs);
}

// Runs two loops in turn on this thread until the condition holds.
template <typename Condition>
void RunBoth(Station& a, Station& b, Condition condition) {
  while (!condition()) {
    uv_run(&a.loop, UV_RUN_NOWAIT);
    uv_run(&b.loop, UV_RUN_NOWAIT);
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

}  // namespace test
}  // namespace uvfiles
