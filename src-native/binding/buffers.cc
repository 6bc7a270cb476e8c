// Makes the buffers that JavaScript gets: copies, and external memory that is given back when JavaScript drops it.
#include <cstring>
#include <string>
#include <utility>

#include "binding/environment.h"

namespace uvfiles {

namespace {

// The largest piece of a stream, in bytes.
constexpr size_t kLargestChunk = 256u << 10;
// The largest buffer of V8's own for which garbage is made, in bytes. A few larger ones in flight are more than V8 allows between
// mark-compacts, so the garbage was measured to cost more than it saves.
constexpr size_t kLargestPaced = 1u << 20;

}  // namespace

// Makes a Buffer of uninitialized memory. JavaScript allocates it, because Node-API ends the process if there is no memory.
// False if there is none, or if the environment is being torn down.
bool Environment::MakeBuffer(size_t size, void** data, napi_value* buffer) {
  napi_value argument;
  napi_value undefined;
  size_t length = 0;
  napi_get_undefined(env, &undefined);
  if (napi_create_double(env, static_cast<double>(size), &argument) != napi_ok ||
      napi_call_function(env, undefined, allocate_.Value(), 1, &argument, buffer) != napi_ok ||
      napi_get_buffer_info(env, *buffer, data, &length) != napi_ok || length != size) {
    return false;
  }
  if (size <= BlockPool::kSmall || size > kLargestPaced) return true;
  (size <= kLargestChunk ? pacer_ : largest_pacer_).GaveOut(size);
  return true;
}

bool Environment::CopyToBuffer(const void* from, size_t size, napi_value* buffer) {
  void* to = nullptr;
  if (!MakeBuffer(size, &to, buffer)) return false;
  std::memcpy(to, from, size);
  return true;
}

// Hands the block over as external memory, which returns to the pool when JavaScript drops it. If the runtime forbids such
// memory (Electron with sandboxed pointers), JavaScript gets a copy, and the block stays the caller's. False if neither is
// possible.
bool Environment::HandOverBlock(Block* block, size_t size, napi_value* buffer) {
  const napi_status status = napi_create_external_buffer(
      env, size, block->data,
      [](napi_env, void* data, void* hint) {
        BlockPool::Instance().Release({static_cast<char*>(data), reinterpret_cast<size_t>(hint)});
      },
      reinterpret_cast<void*>(block->capacity), buffer);
  if (status != napi_ok) return CopyToBuffer(block->data, size, buffer);
  *block = Block();
  pacer_.GaveOut(size);
  return true;
}

// Hands over a task's output that is too large for a chunk, as a buffer of its own. False if there is no memory.
bool Environment::HandOverOutput(Task* task, napi_value* buffer) {
  if (task->block.data != nullptr) {
    const bool handed_over = HandOverBlock(&task->block, task->block_size, buffer);
    task->FreeBlock();
    return handed_over;
  }
  auto* const kept = new std::string(std::move(task->output));
  task->output.clear();
  const napi_status status = napi_create_external_buffer(
      env, kept->size(), &(*kept)[0],
      [](napi_env, void*, void* hint) { delete static_cast<std::string*>(hint); }, kept, buffer);
  if (status == napi_ok) {
    pacer_.GaveOut(kept->size());
    return true;
  }
  const bool copied = CopyToBuffer(kept->data(), kept->size(), buffer);
  delete kept;
  return copied;
}

}  // namespace uvfiles
