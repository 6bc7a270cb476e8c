// Tasks that wait for a descriptor: no thread of the pool is theirs meanwhile, and the wait can be ended.
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "test/dispatcher_support.h"

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

// Takes a byte, however long it has to wait for it.
Lambda::Body Taking(const Pipe& pipe) {
  return [fd = pipe.ends[0]](Lambda& lambda, const Slice&) {
    char byte;
    if (::read(fd, &byte, 1) == 1) return Step::kDone;
    lambda.waits_for = {fd, false};
    return Step::kWaits;
  };
}

void RunOnce(Station& station, const std::vector<Lambda*>& lambdas) {
  station.RunUntil([&] {
    for (const Lambda* lambda : lambdas) {
      if (lambda->runs.load() == 0) return false;
    }
    return true;
  });
}

}  // namespace

TEST(
    "holds no thread of the pool while tasks wait, and runs each on when its descriptor is ready") {
  ProcessPool pool(kThreads);
  Station station(pool);
  Pipe pipe;
  std::vector<Lambda*> waiting;
  for (int i = 0; i < 20; i++) waiting.push_back(station.Submit(Taking(pipe)));
  RunOnce(station, waiting);
  Lambda* const other = station.Submit(Once([] {}));
  station.RunUntil([&] { return other->delivered == 1; });
  CHECK_EQ(station.delivered, 1);
  const std::string bytes(20, 'x');
  REQUIRE(::write(pipe.ends[1], bytes.data(), bytes.size()) == 20);
  station.RunAll();
  CHECK_EQ(station.delivered, 21);
  for (const Lambda* lambda : waiting) CHECK_EQ(lambda->result, 0);
}

TEST("ends the wait of a task that is cancelled") {
  ProcessPool pool(kThreads);
  Station station(pool);
  Pipe pipe;
  Lambda* const lambda = station.Submit(Taking(pipe));
  RunOnce(station, {lambda});
  station.dispatcher->Cancel(lambda->operation);
  station.RunAll();
  CHECK_EQ(lambda->delivered, 1);
  CHECK_EQ(lambda->result, int64_t{UV_ECANCELED});
}

TEST("discards a task that waits when its environment ends") {
  ProcessPool pool(kThreads);
  Station station(pool);
  Pipe pipe;
  Lambda* const lambda = station.Submit(Taking(pipe));
  RunOnce(station, {lambda});
  station.Close();
  CHECK_EQ(lambda->delivered + lambda->discarded, 1);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
