#include "core/clock.h"

#include "core/task.h"

namespace uvfiles {

bool Slice::Expired() const { return deadline_ns_ != UINT64_MAX && NowNs() >= deadline_ns_; }

}  // namespace uvfiles
