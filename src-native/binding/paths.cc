#include "binding/paths.h"

#include <uv.h>

#include "core/has_memory.h"

namespace uvfiles {

namespace {

// No system takes longer paths. A longer one is cut here, and then fails as it would have done (ENAMETOOLONG).
constexpr size_t kLongestPath = 128 * 1024;
// More memory than this is not kept for the next path, because all of it would be filled with zeros first.
constexpr size_t kKeptPath = 8 * 1024;

}  // namespace

void ShrinkPath(std::string* path) {
  if (path->capacity() > kKeptPath) std::string().swap(*path);
}

bool ReadPath(napi_env env, napi_value value, std::string* path) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok) return false;
  ShrinkPath(path);
  if (type == napi_string) {
    size_t length = 0;
    path->resize(path->capacity() < 255 ? 255 : path->capacity());
    // One pass if the path fits, as it nearly always does.
    napi_get_value_string_utf8(env, value, &(*path)[0], path->size() + 1, &length);
    if (length + 4 > path->size()) {
      napi_get_value_string_utf8(env, value, nullptr, 0, &length);
      if (length > kLongestPath) length = kLongestPath;
      path->resize(length);
      napi_get_value_string_utf8(env, value, &(*path)[0], length + 1, &length);
    }
    path->resize(length);
    return true;
  }
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, nullptr, &length, &data, nullptr, nullptr) != napi_ok)
    return false;
  path->assign(static_cast<const char*>(data), length < kLongestPath ? length : kLongestPath);
  return true;
}

int ReadBytes(napi_env env, napi_value value, std::string* bytes) {
  // Most are short: one pass tells their length and brings them.
  char shorter[256];
  size_t length = 0;
  const napi_status status =
      napi_get_value_string_utf8(env, value, shorter, sizeof shorter, &length);
  if (status == napi_ok) {
    // Full, or cut before a character that did not fit.
    if (length + 4 < sizeof shorter) {
      bytes->assign(shorter, length);
      return 0;
    }
    if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return UV_EINVAL;
    if (!HasMemoryFor(length)) return UV_ENOMEM;
    bytes->resize(length);
    const napi_status read =
        napi_get_value_string_utf8(env, value, &(*bytes)[0], length + 1, &length);
    return read == napi_ok ? 0 : UV_EINVAL;
  }
  if (status != napi_string_expected) return UV_EINVAL;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, nullptr, &length, &data, nullptr, nullptr) != napi_ok)
    return UV_EINVAL;
  if (!HasMemoryFor(length)) return UV_ENOMEM;
  if (length > 0) bytes->assign(static_cast<const char*>(data), length);
  return 0;
}

void DefineFunction(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace uvfiles
