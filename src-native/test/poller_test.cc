// The polling thread alone, over real pipes: which waiters it wakes, and which it never touches
// again.
#include "core/poller.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/unique_fd.h"
#include "test/check.h"

namespace uvfiles {
namespace {

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
  Pipe() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    reader.Reset(ends[0]);
    writer.Reset(ends[1]);
  }
};

// Counts its calls. `ready` is the waiter's last word: it may be added again or freed from then on.
struct Waiter : PollWaiter {
  std::atomic<int> calls{0};
  explicit Waiter(int descriptor, bool write = false, void* its_owner = nullptr) {
    fd = descriptor;
    for_write = write;
    owner = its_owner;
    ready = [](PollWaiter* self) { static_cast<Waiter*>(self)->calls.fetch_add(1); };
  }
  void Wait(int wanted = 1) {
    while (calls.load() < wanted) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
};

// Comes back when whatever was asked of the poller before has been polled for: a ready waiter has been told by then.
void Settle(Poller* poller) {
  for (int i = 0; i < 2; i++) {
    Pipe pipe;
    REQUIRE(::write(pipe.writer.Get(), "x", 1) == 1);
    Waiter waiter(pipe.reader.Get());
    REQUIRE(poller->Add(&waiter) == 0);
    waiter.Wait();
  }
}

TEST("calls a waiter once when its pipe is readable") {
  Poller poller;
  Pipe pipe;
  Waiter waiter(pipe.reader.Get());
  CHECK_EQ(poller.Add(&waiter), 0);
  Settle(&poller);
  CHECK_EQ(waiter.calls.load(), 0);
  CHECK_EQ(poller.Waiting(), 1u);
  CHECK_EQ(::write(pipe.writer.Get(), "x", 1), 1);
  waiter.Wait();
  Settle(&poller);
  CHECK_EQ(waiter.calls.load(), 1);
  CHECK_EQ(poller.Waiting(), 0u);
}

TEST("calls a waiter whose pipe was closed at the other end") {
  Poller poller;
  Pipe pipe;
  Waiter waiter(pipe.reader.Get());
  CHECK_EQ(poller.Add(&waiter), 0);
  pipe.writer.Reset();
  waiter.Wait();
}

TEST("calls a waiter with an invalid descriptor, so that its transfer reports the error") {
  Poller poller;
  Waiter waiter(1 << 20);
  CHECK_EQ(poller.Add(&waiter), 0);
  waiter.Wait();
}

TEST("waits for room in a full pipe") {
  Poller poller;
  Pipe pipe;
  REQUIRE(::fcntl(pipe.writer.Get(), F_SETFL, O_NONBLOCK) == 0);
  std::vector<char> bytes(65536);
  while (::write(pipe.writer.Get(), bytes.data(), bytes.size()) > 0) {
  }
  Waiter waiter(pipe.writer.Get(), true);
  CHECK_EQ(poller.Add(&waiter), 0);
  Settle(&poller);
  CHECK_EQ(waiter.calls.load(), 0);
  REQUIRE(::read(pipe.reader.Get(), bytes.data(), bytes.size()) > 0);
  waiter.Wait();
}

TEST("calls a waiter at its deadline, with a descriptor or without one") {
  Poller poller;
  Pipe pipe;
  Waiter timed(-1);
  Waiter both(pipe.reader.Get());
  const uint64_t start = NowNs();
  timed.due_ns = start + 3 * 1000 * 1000;
  both.due_ns = start + 2 * 1000 * 1000;
  CHECK_EQ(poller.Add(&timed), 0);
  CHECK_EQ(poller.Add(&both), 0);
  timed.Wait();
  CHECK(NowNs() >= timed.due_ns);
  both.Wait();
  CHECK_EQ(poller.Waiting(), 0u);
}

TEST("never calls a removed waiter") {
  Poller poller;
  Pipe pipe;
  auto waiter = std::make_unique<Waiter>(pipe.reader.Get());
  CHECK_EQ(poller.Add(waiter.get()), 0);
  CHECK(poller.Remove(waiter.get()));
  CHECK(!poller.Remove(waiter.get()));
  CHECK_EQ(::write(pipe.writer.Get(), "x", 1), 1);
  Settle(&poller);
  CHECK_EQ(waiter->calls.load(), 0);
}

TEST("removes only the waiters of one owner, or those that match") {
  Poller poller;
  Pipe pipe;
  int owner = 0;
  int other = 0;
  Waiter first(pipe.reader.Get(), false, &owner);
  Waiter second(pipe.reader.Get(), false, &owner);
  Waiter third(pipe.reader.Get(), false, &other);
  for (Waiter* waiter : {&first, &second, &third}) CHECK_EQ(poller.Add(waiter), 0);
  const auto is = [](const PollWaiter* waiter, const void* wanted) { return waiter == wanted; };
  CHECK_EQ(poller.RemoveOn(pipe.reader.Get(), &owner, is, &second).size(), 1u);
  CHECK_EQ(poller.RemoveAll(&owner).size(), 1u);
  CHECK_EQ(poller.Waiting(), 1u);
  CHECK_EQ(::write(pipe.writer.Get(), "x", 1), 1);
  third.Wait();
  Settle(&poller);
  CHECK_EQ(first.calls.load() + second.calls.load(), 0);
}

TEST("calls the waiters to read and to write of one descriptor, each when it is ready") {
  Poller poller;
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  const UniqueFd near(ends[0]);
  const UniqueFd far(ends[1]);
  Waiter reads(near.Get());
  Waiter reads_too(near.Get());
  Waiter writes(near.Get(), true);
  for (Waiter* waiter : {&reads, &writes, &reads_too}) CHECK_EQ(poller.Add(waiter), 0);
  writes.Wait();
  Settle(&poller);
  CHECK_EQ(reads.calls.load() + reads_too.calls.load(), 0);
  CHECK_EQ(::write(far.Get(), "x", 1), 1);
  reads.Wait();
  reads_too.Wait();
  CHECK_EQ(poller.Waiting(), 0u);
}

TEST("waits again for a descriptor whose number another file has taken") {
  Poller poller;
  Pipe pipe;
  Waiter waiter(pipe.reader.Get());
  const UniqueFd kept(
      ::dup(pipe.reader.Get()));  // the file stays, and the system may still know it
  CHECK_EQ(poller.Add(&waiter), 0);
  CHECK(poller.Remove(&waiter));
  Pipe other;
  REQUIRE(::dup2(other.reader.Get(), pipe.reader.Get()) >= 0);
  CHECK_EQ(poller.Add(&waiter), 0);
  CHECK_EQ(::write(pipe.writer.Get(), "x", 1), 1);
  Settle(&poller);
  CHECK_EQ(waiter.calls.load(), 0);
  CHECK_EQ(::write(other.writer.Get(), "x", 1), 1);
  waiter.Wait();
}

// Each round goes over the waiters that are ready, not over all of them: the processor time of a thousand reports with
// four thousand others waiting is compared with that of a thousand reports alone.
TEST("handles one event at the same cost while thousands wait") {
  Poller poller;
  Pipe pipe;
  const auto cost = [&] {
    Settle(&poller);
    struct rusage before;
    struct rusage after;
    REQUIRE(::getrusage(RUSAGE_SELF, &before) == 0);
    for (int i = 0; i < 1000; i++) {
      Waiter waiter(pipe.reader.Get());
      REQUIRE(poller.Add(&waiter) == 0);
      REQUIRE(::write(pipe.writer.Get(), "x", 1) == 1);
      waiter.Wait();
      char byte;
      REQUIRE(::read(pipe.reader.Get(), &byte, 1) == 1);
    }
    REQUIRE(::getrusage(RUSAGE_SELF, &after) == 0);
    const auto micros = [](const struct rusage& usage) {
      return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
             usage.ru_stime.tv_usec;
    };
    return micros(after) - micros(before);
  };
  const auto alone = cost();
  constexpr size_t kOthers = 4096;
  Pipe silent;
  std::vector<std::unique_ptr<Waiter>> others;
  for (size_t i = 0; i < kOthers; i++) {
    others.push_back(std::make_unique<Waiter>(silent.reader.Get(), false, &others));
    if (i % 2 == 1) {
      others.back()->fd = -1;
      others.back()->due_ns = NowNs() + uint64_t{3600} * 1000000000;
    }
    REQUIRE(poller.Add(others.back().get()) == 0);
  }
  const auto among_others = cost();
  // Going over all of them would cost fifty times as much.
  CHECK(among_others < 8 * alone + 20000);
  CHECK_EQ(poller.RemoveAll(&others).size(), kOthers);
}

// Under ASan a call of a freed waiter, under TSan an unordered one, is what this would show.
TEST("adds, removes and frees waiters on several threads while their pipes come and go") {
  Poller poller;
  std::vector<std::thread> threads;
  std::atomic<int> lost{0};
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&poller, &lost, t] {
      for (int i = 0; i < 200; i++) {
        Pipe pipe;
        auto waiter = std::make_unique<Waiter>(pipe.reader.Get(), false, &poller);
        if (poller.Add(waiter.get()) != 0) lost++;
        if ((i + t) % 3 != 0 && ::write(pipe.writer.Get(), "x", 1) != 1) lost++;
        if ((i + t) % 3 == 1) waiter->Wait();
        const bool removed = poller.Remove(waiter.get());
        if (waiter->calls.load() + (removed ? 1 : 0) != 1) lost++;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(lost.load(), 0);
  CHECK_EQ(poller.Waiting(), 0u);
}

}  // namespace
}  // namespace uvfiles

TEST_MAIN()
