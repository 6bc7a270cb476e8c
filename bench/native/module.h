// The functions that the benchmark's own addon exports to JavaScript.
#pragma once

#include <node_api.h>

namespace bench {

// runReads(fd, size, positions: Float64Array, total, inFlight, (failed) => void, each?: (count) => void)
napi_value RunReads(napi_env env, napi_callback_info info);

// heapBytes(): bytes that malloc has handed out and not got back, or -1 where the C library does not say
napi_value HeapBytes(napi_env env, napi_callback_info info);
// removeTree(path, threads): removes a directory of directories of files
napi_value RemoveTree(napi_env env, napi_callback_info info);
// figuresCost(count): nanoseconds that the figures of one pooled operation take, over `count`
napi_value FiguresCost(napi_env env, napi_callback_info info);
// threadCpu(): processor time that the calling thread has used, in milliseconds; -1 where the system does not tell
napi_value ThreadCpu(napi_env env, napi_callback_info info);

}  // namespace bench
