#include "platform/thread.h"

#include <windows.h>

#include <memory>

#include "platform/win32/errors.h"

namespace uvfiles {
namespace platform {

namespace {

struct Start {
  void (*body)(void*);
  void* argument;
};

DWORD WINAPI Run(void* given) {
  const std::unique_ptr<Start> start(static_cast<Start*>(given));
  start->body(start->argument);
  return 0;
}

}  // namespace

int StartThread(const char*, void (*body)(void*), void* argument, size_t stack_bytes) {
  auto start = std::make_unique<Start>(Start{body, argument});
  const HANDLE thread = ::CreateThread(nullptr, stack_bytes, Run, start.get(),
                                       STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == nullptr) return win32::LastError();
  start.release();
  ::CloseHandle(thread);
  return 0;
}

int CountThreads(const char*) { return -1; }

bool InitialEnvironment(const char*, std::string*) { return false; }

int Processors() {
  DWORD_PTR allowed = 0;
  DWORD_PTR all = 0;
  if (!::GetProcessAffinityMask(::GetCurrentProcess(), &allowed, &all)) return 1;
  int count = 0;
  for (; allowed != 0; allowed &= allowed - 1) count++;
  return count < 1 ? 2 : count;  // 0: the process runs in several processor groups
}

}  // namespace platform
}  // namespace uvfiles
