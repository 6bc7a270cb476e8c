#include "core/remove_now.h"

#include <windows.h>

#include "platform/win32/change.h"

namespace uvfiles {

int RemoveFileNow(const std::string& path) { return win32::RemoveFile(path); }

int64_t CurrentProcess() { return ::GetCurrentProcessId(); }

void HoldDuringFork(std::mutex*) {}  // no process is ever made a copy of

}  // namespace uvfiles
