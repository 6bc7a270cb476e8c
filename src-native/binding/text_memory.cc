// Large texts without a copy: memory that JavaScript fills as a buffer and then uses as a string. Otherwise V8 would copy the
// whole text on the loop thread at once.
#include <atomic>
#include <cstdlib>
#include <new>

#include "binding/environment.h"
#include "binding/paths.h"

#ifndef _WIN32
// Experimental in Node-API, so the addon must load without it. Null if the runtime has no such function.
extern "C" __attribute__((weak)) napi_status node_api_create_external_string_latin1(
    napi_env env, char* text, size_t length, napi_finalize finalize, void* hint, napi_value* result,
    bool* copied);
#endif

namespace uvfiles {

namespace {

#ifndef _WIN32

// Marks the buffers that `MakeTextMemory` made. No other buffer has a TextMemory in front of its bytes.
constexpr napi_type_tag kTextMemory = {0x7f2c1d0e9b6a4358, 0x91e4b0a7c65d2f38};

// In front of the bytes. The buffer and the string may be collected in either order, and after their environment.
struct alignas(64) TextMemory {
  std::atomic<int> users{1};

  char* Bytes() { return reinterpret_cast<char*>(this + 1); }
  static TextMemory* Before(void* bytes) { return static_cast<TextMemory*>(bytes) - 1; }

  static void Release(napi_env, void* bytes, void*) {
    TextMemory* const memory = Before(bytes);
    if (memory->users.fetch_sub(1) == 1) std::free(memory);
  }
};

// textMemory(size): a buffer that textOf can turn into a string, or undefined if the runtime cannot do that.
napi_value MakeTextMemory(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  size_t count = 1;
  double size = 0;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  if (node_api_create_external_string_latin1 == nullptr ||
      napi_get_value_double(env, arguments[0], &size) != napi_ok) {
    return nullptr;
  }
  const size_t bytes = static_cast<size_t>(size);
  void* const block = std::aligned_alloc(
      alignof(TextMemory),
      sizeof(TextMemory) + ((bytes + alignof(TextMemory) - 1) & ~(alignof(TextMemory) - 1)));
  if (block == nullptr) return nullptr;
  auto* const memory = new (block) TextMemory;
  napi_value buffer;
  if (napi_create_external_buffer(env, bytes, memory->Bytes(), TextMemory::Release, nullptr,
                                  &buffer) != napi_ok) {
    std::free(block);  // Electron's sandboxed pointers forbid external memory
    return nullptr;
  }
  return napi_type_tag_object(env, buffer, &kTextMemory) == napi_ok ? buffer : nullptr;
}

// textOf(buffer, length): the first `length` bytes of a buffer of textMemory's as latin-1; they must not change any more.
napi_value TextOf(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  void* bytes = nullptr;
  size_t size = 0;
  uint32_t length = 0;
  bool ours = false;
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  if (napi_check_object_type_tag(env, arguments[0], &kTextMemory, &ours) != napi_ok || !ours ||
      napi_get_buffer_info(env, arguments[0], &bytes, &size) != napi_ok ||
      napi_get_value_uint32(env, arguments[1], &length) != napi_ok || length > size) {
    return nullptr;
  }
  TextMemory::Before(bytes)->users.fetch_add(1);
  napi_value text = nullptr;
  bool copied = false;
  // If it has copied the bytes, it has called `Release`, too.
  if (node_api_create_external_string_latin1(env, static_cast<char*>(bytes), length,
                                             TextMemory::Release, nullptr, &text,
                                             &copied) != napi_ok) {
    TextMemory::Release(env, bytes, nullptr);
    return nullptr;
  }
  return text;
}

#else

napi_value MakeTextMemory(napi_env, napi_callback_info) { return nullptr; }
napi_value TextOf(napi_env, napi_callback_info) { return nullptr; }

#endif

}  // namespace

void DefineText(Napi::Env env, Napi::Object exports) {
  DefineFunction(env, exports, "textMemory", MakeTextMemory);
  DefineFunction(env, exports, "textOf", TextOf);
}

}  // namespace uvfiles
