// Processor time of the calling thread, which does not include waits for other threads.
#include <ctime>

#include "module.h"

namespace bench {

napi_value ThreadCpu(napi_env env, napi_callback_info) {
  double milliseconds = -1;
#ifdef CLOCK_THREAD_CPUTIME_ID
  timespec spent;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) == 0)
    milliseconds =
        static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
#endif
  napi_value result;
  napi_create_double(env, milliseconds, &result);
  return result;
}

}  // namespace bench
