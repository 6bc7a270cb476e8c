// Windows notifies console programs of Ctrl-C, of a closed window and of the end of the session. The last two always end the
// process, so files are removed then. Ctrl-C is left to Node and to the program's own listener, which may go on.
// TerminateProcess (taskkill /f) gives no notice.
#include "core/exit_signals.h"

#include <windows.h>

#include <atomic>

#include "core/temp_registry.h"
#include "platform/win32/paths.h"

namespace uvfiles {

namespace {

std::atomic<TempRegistry*> registry{nullptr};

BOOL WINAPI OnConsoleEvent(DWORD event) {
  TempRegistry* const known = registry.load();
  if (known != nullptr &&
      (event == CTRL_CLOSE_EVENT || event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT))
    known->PrepareToDie();
  return FALSE;  // the other handlers are called, too
}

}  // namespace

void WatchExitSignals(TempRegistry* owner, bool first_entry) {
  if (!first_entry || registry.exchange(owner) != nullptr) return;
  ::SetConsoleCtrlHandler(OnConsoleEvent, TRUE);
}

void RewatchExitSignals() {}

unsigned long WatchedExitSignals() { return 0; }

void ForgetExitSignalsThread() {}

std::string ThisLibraryPath() {
  HMODULE self;
  if (!::GetModuleHandleExW(
          GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
          reinterpret_cast<const wchar_t*>(&ThisLibraryPath), &self)) {
    return "";
  }
  std::wstring path(32768, L'\0');
  path.resize(::GetModuleFileNameW(self, &path[0], static_cast<DWORD>(path.size())));
  return win32::ToUtf8(path);
}

void PinThisLibrary() {
  HMODULE self;
  ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                       reinterpret_cast<const wchar_t*>(&PinThisLibrary), &self);
}

}  // namespace uvfiles
