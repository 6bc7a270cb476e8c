#include "core/completions.h"

namespace uvfiles {

void Completions::Announce() {
  if (announced_.exchange(true, std::memory_order_acq_rel)) return;
  uv_async_send(loop_);
}

}  // namespace uvfiles
