#include "core/remove_now.h"

#include <windows.h>

#include "core/tasks/remove_tree.h"
#include "platform/win32/change.h"

namespace uvfiles {

int RemoveFileNow(const std::string& path) { return win32::RemoveFile(path); }

void RemoveTreeNow(const std::string& path) {
  TaskArguments arguments;
  arguments.bytes.push_back(path);
  arguments.numbers.push_back(kForce | kIgnoreErrors | kMissingIsFine);
  RemoveTree task(std::move(arguments));
  while (task.Run(Slice()) != Step::kDone) {
  }
}

int64_t CurrentProcess() { return ::GetCurrentProcessId(); }

void HoldDuringFork(std::mutex*) {}  // no process is ever made a copy of

}  // namespace uvfiles
