// The whole test framework of the C++ side: TEST, CHECK, CHECK_EQ, REQUIRE and TEST_MAIN. Each *_test.cc is a program
// of its own, so that a crash or a leak under a sanitizer is charged to the file that made it.
//
//   TEST("keeps the order of operations within a lane") { CHECK_EQ(queue.size(), 3u); }
//   TEST_MAIN()
//
// CHECKs may run on any thread; they count a failure and go on. REQUIRE ends the program: for
// conditions that everything after it needs. The runner (scripts/cc-tests.ts) reads the last line,
// "N passed, N failed".
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace uvfiles {
namespace test {

struct Case {
  const char* name;
  void (*body)();
};

inline std::vector<Case>& Cases() {
  static std::vector<Case> cases;
  return cases;
}

// Failed checks of the test that runs now.
inline std::atomic<int>& Failures() {
  static std::atomic<int> failures{0};
  return failures;
}

struct Registration {
  Registration(const char* name, void (*body)()) { Cases().push_back({name, body}); }
};

inline void Fail(const char* file, int line, const std::string& what) {
  Failures().fetch_add(1);
  std::fprintf(stderr, "    %s:%d: %s\n", file, line, what.c_str());
}

template <typename T>
void Print(std::ostream& out, const T& value) {
  if constexpr (std::is_enum_v<T>) {
    out << static_cast<long long>(value);
  } else {
    out << value;
  }
}

// CHECK_EQ(list.size(), 3) means what it says.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#endif
template <typename A, typename B>
void CheckEqual(const A& actual, const B& expected, const char* text, const char* file, int line) {
  if (actual == expected) return;
  std::ostringstream what;
  what << text << "\n      actual:   ";
  Print(what, actual);
  what << "\n      expected: ";
  Print(what, expected);
  Fail(file, line, what.str());
}
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

// Runs every test, or those whose name contains argv[1]. Running none is a failure, because a
// filter that matches nothing proves nothing.
inline int RunAll(int argc, char** argv) {
  const std::string filter = argc > 1 ? argv[1] : "";
  int passed = 0;
  int failed = 0;
  for (const Case& each : Cases()) {
    if (std::string(each.name).find(filter) == std::string::npos) continue;
    Failures().store(0);
    each.body();
    if (Failures().load() == 0) {
      passed++;
    } else {
      failed++;
      std::fprintf(stderr, "  failed: %s\n", each.name);
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  std::fflush(stdout);  // LeakSanitizer leaves without flushing
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace test
}  // namespace uvfiles

#define UVFILES_JOIN2(a, b) a##b
#define UVFILES_JOIN(a, b) UVFILES_JOIN2(a, b)

#define TEST(name)                                                                      \
  static void UVFILES_JOIN(TestBody, __LINE__)();                                       \
  static const ::uvfiles::test::Registration UVFILES_JOIN(test_registration, __LINE__)( \
      name, UVFILES_JOIN(TestBody, __LINE__));                                          \
  static void UVFILES_JOIN(TestBody, __LINE__)()

#define CHECK(condition)                                                                  \
  do {                                                                                    \
    if (!(condition)) ::uvfiles::test::Fail(__FILE__, __LINE__, "CHECK(" #condition ")"); \
  } while (0)

#define CHECK_EQ(actual, expected)                                                          \
  ::uvfiles::test::CheckEqual((actual), (expected), "CHECK_EQ(" #actual ", " #expected ")", \
                              __FILE__, __LINE__)

#define REQUIRE(condition)                                                      \
  do {                                                                          \
    if (!(condition)) {                                                         \
      ::uvfiles::test::Fail(__FILE__, __LINE__,                                 \
                            "REQUIRE(" #condition "), which ends the program"); \
      std::fflush(nullptr);                                                     \
      std::_Exit(1);                                                            \
    }                                                                           \
  } while (0)

#define TEST_MAIN() \
  int main(int argc, char** argv) { return ::uvfiles::test::RunAll(argc, argv); }
