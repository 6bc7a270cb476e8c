// What the figures of one operation cost: one reading of the clock (an operation begins when the one before it in its batch
// ended) and two histogram entries, exactly as a drain job makes them.
#include "../../src-native/core/clock.h"
#include "../../src-native/core/histogram.h"
#include "module.h"

namespace bench {

// figuresCost(count): nanoseconds for each of `count` operations.
napi_value FiguresCost(napi_env env, napi_callback_info info) {
  size_t argument_count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &argument_count, &argument, nullptr, nullptr);
  int64_t count = 0;
  napi_get_value_int64(env, argument, &count);
  static uvfiles::Histogram wait;
  static uvfiles::Histogram service;
  const uint64_t begin = uvfiles::NowNs();
  uint64_t clock = begin;
  for (int64_t i = 0; i < count; i++) {
    const uint64_t ended = uvfiles::NowNs();
    wait.Record(clock - begin);
    service.Record(ended - clock);
    clock = ended;
  }
  const double each = static_cast<double>(uvfiles::NowNs() - begin) / static_cast<double>(count);
  napi_value result;
  // The sums are read, so that the compiler does not remove anything as unused.
  napi_create_double(env, wait.sum() + service.sum() == 0 ? 0 : each, &result);
  return result;
}

}  // namespace bench
