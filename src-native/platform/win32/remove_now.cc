#include "core/remove_now.h"

#include <windows.h>

#include "platform/win32/change.h"

namespace uvfiles {

int RemoveFileNow(const std::string& path) { return win32::RemoveFile(path); }

int64_t CurrentProcess() { return ::GetCurrentProcessId(); }

void HoldDuringFork(std::mutex*) {}  // Windows has no fork

}  // namespace uvfiles
