// What a removal of a tree could not remove: kept entries, and the errors that are told of.
#include <string>

#include "core/tasks/records.h"
#include "core/tasks/remove_tree.h"
#include "platform/posix/removal_work.h"

namespace uvfiles {

void RemoveTree::Work::KeepEntry(const char* name, int code, const char* syscall) {
  descent().Back().failed = true;
  descent().Back().kept.insert(name);
  Fail(code, syscall, name);
}

// Names the lowest level itself, or the top when there is none, where `entry` is null.
void RemoveTree::Work::Fail(int code, const char* syscall, const char* entry) {
  ++counts_.failures;
  has_failed_ = true;
  if (entry == nullptr && !descent().empty()) descent().Back().failed = true;
  if (Has(kIgnoreErrors)) return;
  const std::string path = descent().PathOf(LastPart().path, entry);
  if (!Has(kReportEach)) {
    if (is_hand_)
      crew_->Fail({code, syscall, path, ""});
    else if (!error_)
      error_ = {code, syscall, path, ""};
    return;
  }
  const std::string call = syscall;
  AppendInteger(&task_->output, static_cast<int32_t>(code));
  AppendInteger(&task_->output, static_cast<uint32_t>(call.size()));
  AppendInteger(&task_->output, static_cast<uint32_t>(path.size()));
  task_->output += call;
  task_->output += path;
}

}  // namespace uvfiles
