// Operations that wait for descriptors: where they are meanwhile, what counts them, and who gets them back.
#include "core/parking.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "test/check.h"

namespace uvfiles {
namespace test {

namespace {

struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0); }
  ~Pipe() {
    for (const int fd : ends) ::close(fd);
  }
  int ends[2];
};

// A parking of its own, with an inbox, a lane and a poller.
struct Fixture {
  Fixture() {
    REQUIRE(uv_loop_init(&loop) == 0);
    REQUIRE(uv_async_init(&loop, &async, [](uv_async_t*) {}) == 0);
    file.fd = pipe.ends[0];
  }
  ~Fixture() {
    uv_close(reinterpret_cast<uv_handle_t*>(&async), nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    REQUIRE(uv_loop_close(&loop) == 0);
  }
  // An operation that ran and found that it has to wait.
  std::unique_ptr<Operation> Waiting(OpKind kind) {
    auto operation = std::make_unique<Operation>();
    operation->kind = kind;
    operation->file = &file;
    operation->poll = std::make_unique<PollState>();
    operation->poll->waiter.fd = pipe.ends[kind == OpKind::kRead ? 0 : 1];
    operation->poll->waiter.for_write = kind != OpKind::kRead;
    operation->state = OpState::kRunning;
    return operation;
  }
  // Runs the loop until the poller has sent something back.
  Operation* Returned() {
    while (inbox.empty()) uv_run(&loop, UV_RUN_ONCE);
    return inbox.TakeAll();
  }

  uv_loop_t loop;
  uv_async_t async;
  Pipe pipe;
  OpenFile file;
  Inbox inbox;
  Lane lane;
  Poller poller;
  Parking parking{&inbox, &async, poller};
};

}  // namespace

TEST("returns ready operations to the inbox, and wakes the loop") {
  Fixture fixture;
  const auto read = fixture.Waiting(OpKind::kRead);
  REQUIRE(fixture.parking.Park(read.get(), &fixture.lane) == 0);
  CHECK_EQ(read->state.load(), OpState::kParked);
  CHECK_EQ(fixture.lane.parked.load(), 1u);
  CHECK_EQ(fixture.parking.idle(), 1u);
  REQUIRE(::write(fixture.pipe.ends[1], "x", 1) == 1);
  CHECK(fixture.Returned() == read.get());
  CHECK_EQ(read->state.load(), OpState::kQueued);
  CHECK_EQ(fixture.lane.parked.load(), 0u);
  CHECK_EQ(fixture.lane.waiting.load(), 1u);
  CHECK_EQ(fixture.parking.idle(), 0u);
  CHECK(!fixture.parking.TakeBack(read.get()));
}

TEST("counts only reads as not keeping the loop alive") {
  Fixture fixture;
  fixture.poller.Start();
  const auto write = fixture.Waiting(OpKind::kWrite);
  write->poll->waiter.fd = fixture.pipe.ends[0];  // which is never writable
  REQUIRE(fixture.parking.Park(write.get(), &fixture.lane) == 0);
  CHECK_EQ(fixture.parking.idle(), 0u);
  CHECK_EQ(fixture.lane.parked.load(), 1u);
  CHECK(fixture.parking.TakeBack(write.get()));
}

TEST("returns a requested operation, and no longer counts it") {
  Fixture fixture;
  const auto read = fixture.Waiting(OpKind::kRead);
  read->poll->counts_as_waiting = true;
  REQUIRE(fixture.parking.Park(read.get(), &fixture.lane) == 0);
  CHECK_EQ(fixture.lane.waiting.load(), 1u);
  CHECK(fixture.parking.TakeBack(read.get()));
  CHECK(!fixture.poller.Remove(&read->poll->waiter));
  CHECK_EQ(fixture.lane.waiting.load(), 0u);
  CHECK_EQ(fixture.lane.parked.load(), 0u);
  CHECK_EQ(fixture.parking.idle(), 0u);
}

TEST("returns the reads of one file, and rejects later ones once it must not wait") {
  Fixture fixture;
  OpenFile other = fixture.file;
  const auto first = fixture.Waiting(OpKind::kRead);
  const auto second = fixture.Waiting(OpKind::kRead);
  second->file = &other;
  REQUIRE(fixture.parking.Park(first.get(), &fixture.lane) == 0);
  REQUIRE(fixture.parking.Park(second.get(), &fixture.lane) == 0);
  fixture.file.stop_waiting = true;
  const auto taken = fixture.parking.TakeBackReads(&fixture.file);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0] == first.get());
  CHECK_EQ(fixture.parking.idle(), 1u);
  first->state = OpState::kRunning;
  CHECK_EQ(fixture.parking.Park(first.get(), &fixture.lane), int{UV_ECANCELED});
  CHECK_EQ(first->state.load(), OpState::kRunning);
  CHECK_EQ(fixture.parking.idle(), 1u);
  CHECK_EQ(fixture.parking.TakeBackAll().size(), size_t{1});
  CHECK_EQ(fixture.lane.parked.load(), 0u);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
