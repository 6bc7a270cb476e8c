// The registry in processes that end: each case is a child of its own, so that its death can be looked at.
#include "core/temp_registry.h"

#include <signal.h>

#include <cstring>
#include <thread>
#include <vector>

#include "core/exit_signals.h"
#include "core/tasks/temp_file.h"
#include "test/temp_support.h"

using namespace uvfiles;
using namespace uvfiles::test;

namespace {

// Registers a file and a directory with something in it.
void MakeSome(const std::string& scratch, TempRegistry::Owner owner) {
  TaskArguments arguments;
  arguments.bytes = {scratch, "tmp", ""};
  arguments.numbers = {kRegistered, static_cast<int64_t>(owner)};
  TaskArguments same = arguments;
  TempFile file(std::move(arguments));
  TempDirectory directory(std::move(same));
  REQUIRE(file.Run(Slice()) == Step::kDone && !file.error);
  REQUIRE(directory.Run(Slice()) == Step::kDone && !directory.error);
  const std::string path = directory.output.substr(8);
  MakeDir(path + "/in");
  Touch(path + "/in/file");
  file.output.clear();  // taken
  file.opened = -1;
  directory.output.clear();
}

// Runs `body` in a child and gives how it ended. The parent stays without threads, which sanitizers need of one who forks.
int StatusOf(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int signum : {SIGINT, SIGTERM, SIGHUP}) ::signal(signum, SIG_DFL);
    body();
    ::_exit(99);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

void SpinForever() {
  for (volatile uint64_t i = 0;; i = i + 1) {
#ifdef __SANITIZE_THREAD__
    ::usleep(100);  // TSan hands signals on only where it has intercepted a call
#endif
  }
}

void OnListener(int) {}
void OnLastWord(int signum) {
  [[maybe_unused]] const ssize_t written = ::write(1, "", 0);
  ::raise(signum);
}

}  // namespace

TEST("removes everything and ends by the signal, in a program stuck in a loop") {
  for (const int signum : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string scratch = Scratch();
    const int status = StatusOf([&] {
      MakeSome(scratch, TempRegistry::Shared().OpenOwner());
      ::kill(::getpid(), signum);
      SpinForever();
    });
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), signum);
    CHECK_EQ(CountEntries(scratch), 0);
    ::rmdir(scratch.c_str());
  }
}

TEST("calls a handler that resets itself, and then ends by the signal") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    struct sigaction action = {};
    action.sa_handler = OnLastWord;
    action.sa_flags = SA_RESETHAND;
    ::sigaction(SIGTERM, &action, nullptr);
    MakeSome(scratch, TempRegistry::Shared().OpenOwner());
    REQUIRE((WatchedExitSignals() & (1UL << SIGTERM)) != 0);
    ::kill(::getpid(), SIGTERM);
    SpinForever();
  });
  CHECK(WIFSIGNALED(status));
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("leaves the decision to a handler that was installed before or after") {
  for (const bool before : {true, false}) {
    const std::string scratch = Scratch();
    const int status = StatusOf([&] {
      if (before) ::signal(SIGINT, OnListener);
      MakeSome(scratch, TempRegistry::Shared().OpenOwner());
      if (!before) ::signal(SIGINT, OnListener);
      REQUIRE((WatchedExitSignals() & (1UL << SIGINT)) == 0);
      REQUIRE((WatchedExitSignals() & (1UL << SIGTERM)) != 0);
      ::raise(SIGINT);
      REQUIRE(CountEntries(scratch) == 2);
      ::exit(7);
    });
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 7);
    CHECK_EQ(CountEntries(scratch), 0);
    ::rmdir(scratch.c_str());
  }
}

TEST("is effective again when that handler has restored the default") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    MakeSome(scratch, TempRegistry::Shared().OpenOwner());
    ::signal(SIGINT, OnListener);
    ::signal(SIGINT, SIG_DFL);
    while ((WatchedExitSignals() & (1UL << SIGINT)) == 0) ::usleep(1000);
    ::raise(SIGINT);
    SpinForever();
  });
  CHECK(WIFSIGNALED(status));
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST(
    "comes back at once when told that a signal is about to be sent, and not before who still "
    "listens") {
  for (const bool listening : {false, true}) {
    const std::string scratch = Scratch();
    const int status = StatusOf([&] {
      MakeSome(scratch, TempRegistry::Shared().OpenOwner());
      ::signal(SIGINT, OnListener);
      if (!listening) ::signal(SIGINT, SIG_DFL);
      RewatchExitSignals();
      ::raise(SIGINT);
      if (listening) ::exit(0);
      SpinForever();
    });
    CHECK(listening ? WIFEXITED(status) : WIFSIGNALED(status));
    CHECK_EQ(CountEntries(scratch), 0);
    ::rmdir(scratch.c_str());
  }
}

TEST(
    "is effective for the next file at once when a handler has gone while nothing was registered") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    TempRegistry& registry = TempRegistry::Shared();
    const TempRegistry::Owner owner = registry.OpenOwner();
    MakeSome(scratch, owner);
    ::signal(SIGINT, OnListener);
    registry.CloseOwner(owner);
    ::signal(SIGINT, SIG_DFL);
    RewatchExitSignals();
    MakeSome(scratch, registry.OpenOwner());
    ::raise(SIGINT);
    SpinForever();
  });
  CHECK(WIFSIGNALED(status));
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("keeps an ignored signal ignored") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    ::signal(SIGHUP, SIG_IGN);
    MakeSome(scratch, TempRegistry::Shared().OpenOwner());
    ::raise(SIGHUP);
    REQUIRE(CountEntries(scratch) == 2);
    ::exit(0);
  });
  CHECK(WIFEXITED(status));
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("ends by a signal as before when nothing is registered any more") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    TempRegistry& registry = TempRegistry::Shared();
    const TempRegistry::Owner owner = registry.OpenOwner();
    MakeSome(scratch, owner);
    registry.CloseOwner(owner);
    REQUIRE(registry.size() == 0);
    REQUIRE(CountEntries(scratch) == 0);
    ::raise(SIGTERM);
    SpinForever();
  });
  CHECK(WIFSIGNALED(status));
  CHECK_EQ(WTERMSIG(status), SIGTERM);
  ::rmdir(scratch.c_str());
}

TEST("removes everything at exit") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    MakeSome(scratch, TempRegistry::Shared().OpenOwner());
    ::exit(3);
  });
  CHECK_EQ(WEXITSTATUS(status), 3);
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("removes the files of one owner with it, and rejects new ones of it") {
  const std::string scratch = Scratch();
  const int status = StatusOf([&] {
    TempRegistry& registry = TempRegistry::Shared();
    const TempRegistry::Owner one = registry.OpenOwner();
    const TempRegistry::Owner two = registry.OpenOwner();
    MakeSome(scratch, one);
    MakeSome(scratch, two);
    registry.CloseOwner(one);
    REQUIRE(CountEntries(scratch) == 2);
    TaskArguments arguments;
    arguments.bytes = {scratch, "tmp", ""};
    arguments.numbers = {kRegistered, static_cast<int64_t>(one)};
    TempFile late(std::move(arguments));
    late.Run(Slice());
    REQUIRE(late.error.code == -ECANCELED);
    REQUIRE(CountEntries(scratch) == 2);
    ::exit(0);
  });
  CHECK_EQ(status, 0);
  CHECK_EQ(CountEntries(scratch), 0);
  ::rmdir(scratch.c_str());
}

TEST("never removes files of the parent in a forked child") {
  std::vector<int> ways = {0};
#ifdef __SANITIZE_THREAD__
  std::fprintf(stderr,
               "    (without the signal: after a fork of several threads TSan delivers none)\n");
#else
  ways.push_back(SIGTERM);
#endif
  for (const int how : ways) {
    const std::string scratch = Scratch();
    const int status = StatusOf([&] {
      MakeSome(scratch, TempRegistry::Shared().OpenOwner());
      const pid_t grandchild = ::fork();
      if (grandchild == 0) {
        if (how == 0) ::exit(0);
        ::raise(how);
        SpinForever();
      }
      int ended = 0;
      REQUIRE(::waitpid(grandchild, &ended, 0) == grandchild);
      REQUIRE(how == 0 ? ended == 0 : WIFSIGNALED(ended) && WTERMSIG(ended) == how);
      REQUIRE(CountEntries(scratch) == 2);
      ::exit(0);
    });
    CHECK_EQ(status, 0);
    CHECK_EQ(CountEntries(scratch), 0);
    ::rmdir(scratch.c_str());
  }
}

TEST("leaves no file that is being created when the signal arrives") {
  for (int round = 0; round < 10; ++round) {
    const std::string scratch = Scratch();
    const int status = StatusOf([&] {
      const TempRegistry::Owner owner = TempRegistry::Shared().OpenOwner();
      std::vector<std::thread> makers;
      for (int i = 0; i < 3; ++i) {
        makers.emplace_back([&] {
          for (;;) {
            TaskArguments arguments;
            arguments.bytes = {scratch, "tmp", ""};
            arguments.numbers = {kRegistered, static_cast<int64_t>(owner)};
            TempFile file(std::move(arguments));
            file.Run(Slice());
            ::close(file.opened);
            file.output.clear();
            file.opened = -1;
          }
        });
      }
      while (TempRegistry::Shared().size() < 100) ::usleep(100);
      ::kill(::getpid(), SIGTERM);
      SpinForever();
    });
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(CountEntries(scratch), 0);
    ::rmdir(scratch.c_str());
  }
}

TEST_MAIN()
