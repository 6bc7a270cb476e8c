// Registers the benchmark's own addon: the bare loop that uvfiles is compared with, malloc's own count, what counting
// costs, bare removals, and a thread's processor time.
#include "module.h"

namespace {

napi_value Init(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"runReads", nullptr, bench::RunReads, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"heapBytes", nullptr, bench::HeapBytes, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"figuresCost", nullptr, bench::FiguresCost, nullptr, nullptr, nullptr, napi_enumerable,
       nullptr},
      {"removeTree", nullptr, bench::RemoveTree, nullptr, nullptr, nullptr, napi_enumerable,
       nullptr},
      {"threadCpu", nullptr, bench::ThreadCpu, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
