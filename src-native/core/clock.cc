#include "core/clock.h"

#include "core/task.h"

namespace uvfiles {

bool Slice::expired() const { return deadline_ns_ != UINT64_MAX && now_ns() >= deadline_ns_; }

}  // namespace uvfiles
