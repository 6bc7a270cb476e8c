// Replaces the few functions of the C++ library that throw. The addon catches no exceptions, so these abort instead, as an
// uncaught exception would: when memory runs out, for example. The rest of the library (see cxx-runtime.ts) then needs no
// unwinder, no exception types and no messages.
#include <__threading_support>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>
#include <thread>

void* operator new(std::size_t size) {
  if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
  std::abort();
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

// The library calls this with a message before it aborts. The message is dropped.
extern "C" void abort_message(const char*, ...) { std::abort(); }

namespace std {
exception::~exception() noexcept {}
const char* exception::what() const noexcept { return ""; }
void terminate() noexcept { std::abort(); }
}  // namespace std

_LIBCPP_BEGIN_NAMESPACE_STD
namespace this_thread {
void sleep_for(const chrono::nanoseconds& time) {
  if (time > chrono::nanoseconds::zero()) __libcpp_thread_sleep_for(time);
}
}  // namespace this_thread

// std::condition_variable refers to these members of std::thread in a function that the addon does not use.
__thread_specific_ptr<__thread_struct>& __thread_local_data() { std::abort(); }
__thread_struct::__thread_struct() : __p_(nullptr) {}
__thread_struct::~__thread_struct() {}
void __thread_struct::notify_all_at_thread_exit(condition_variable*, mutex*) { std::abort(); }

void __throw_system_error(int, const char*) { std::abort(); }
void __libcpp_verbose_abort(const char*, ...) { std::abort(); }
_LIBCPP_END_NAMESPACE_STD
