// Windows has no poll(2) for pipes and consoles. Their state is checked every few milliseconds while somebody waits.
#include "platform/readiness.h"

#include <uv.h>
#include <windows.h>

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "platform/file_system.h"
#include "platform/nonblocking.h"
#include "platform/win32/errors.h"
#include "platform/win32/handles.h"

namespace uvfiles {
namespace platform {

namespace {

constexpr DWORD kLookMs = 10;

// Some events of a console are not input (a key is released, the window is resized). A read would go on waiting.
bool ConsoleHasInput(HANDLE handle) {
  INPUT_RECORD records[64];
  DWORD count = 0;
  if (!::PeekConsoleInputW(handle, records, 64, &count)) return true;
  for (DWORD i = 0; i < count; i++) {
    const KEY_EVENT_RECORD& key = records[i].Event.KeyEvent;
    if (records[i].EventType == KEY_EVENT && key.bKeyDown && key.uChar.UnicodeChar != 0)
      return true;
  }
  return false;
}

}  // namespace

struct ReadinessWaiter::State {
  HANDLE woken = nullptr;
  std::mutex mutex;
  std::unordered_map<int, Readiness> asked;  // what to look for
  ~State() {
    if (woken != nullptr) ::CloseHandle(woken);
  }
};

ReadinessWaiter::ReadinessWaiter() : state_(std::make_unique<State>()) {}
ReadinessWaiter::~ReadinessWaiter() = default;

int ReadinessWaiter::Open() {
  state_->woken = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
  return state_->woken != nullptr ? 0 : win32::LastError();
}

void ReadinessWaiter::Wake() { ::SetEvent(state_->woken); }

ReadinessWaiter::Watched ReadinessWaiter::Watch(int fd, bool readable, bool writable) {
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->asked[fd] = {fd, readable, writable};
  }
  Wake();
  return Watched::kYes;
}

void ReadinessWaiter::Unwatch(int fd) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->asked.erase(fd);
}

// Descriptors are checked under the lock, so that none is checked after `Unwatch`: it may be closed then.
void ReadinessWaiter::Wait(std::vector<Readiness>* ready, int timeout_ms) {
  const ULONGLONG begin = ::GetTickCount64();
  ready->clear();
  for (;;) {
    bool asks = false;
    {
      const std::lock_guard<std::mutex> lock(state_->mutex);
      for (const auto& [fd, asked] : state_->asked) {
        const bool readable = asked.readable && IsReady(fd, false);
        const bool writable = asked.writable && IsReady(fd, true);
        if (readable || writable) ready->push_back({fd, readable, writable});
      }
      for (const Readiness& each : *ready) state_->asked.erase(each.fd);
      asks = !state_->asked.empty();
    }
    if (!ready->empty()) return;
    DWORD pause = asks ? kLookMs : INFINITE;
    if (timeout_ms >= 0) {
      const ULONGLONG passed = ::GetTickCount64() - begin;
      if (passed >= static_cast<ULONGLONG>(timeout_ms)) return;
      pause = std::min(pause, static_cast<DWORD>(static_cast<ULONGLONG>(timeout_ms) - passed));
    }
    if (::WaitForSingleObject(state_->woken, pause) == WAIT_OBJECT_0) return;
  }
}

bool IsReady(int fd, bool for_write) {
  const HANDLE handle = win32::HandleOf(fd);
  if (handle == INVALID_HANDLE_VALUE || for_write) return true;  // the transfer fails, or waits
  switch (::GetFileType(handle)) {
    case FILE_TYPE_PIPE: {
      DWORD available = 0;
      return !::PeekNamedPipe(handle, nullptr, 0, nullptr, &available, nullptr) || available > 0;
    }
    case FILE_TYPE_CHAR: {
      DWORD mode = 0;
      return !::GetConsoleMode(handle, &mode) || ConsoleHasInput(handle);
    }
    default:
      return true;
  }
}

// Pipes and consoles that were opened without FILE_FLAG_OVERLAPPED have no calls that do not wait. So a read first asks
// whether there is something to read. A write may wait for a slow reader, on a pool thread.
int64_t ReadNow(const OpenFile& file, char* data, size_t size) {
  return IsReady(file.fd, false) ? Read(file.fd, data, size) : int64_t{UV_EAGAIN};
}

int64_t WriteNow(const OpenFile& file, const char* data, size_t size) {
  return Write(file.fd, data, size);
}

int OpenNow(const char* path, int flags, int mode) { return OpenByPath(path, flags, mode); }
int MakeBlocking(int, int) { return 0; }
int IsNonblocking(int) { return 0; }
bool LacksReader(const char*, int, int) { return false; }

}  // namespace platform
}  // namespace uvfiles
