// The minimum cost of a read through libuv's pool: a loop in C++ that keeps a number of
// uv_queue_work requests in flight, each a pread, and queues the next one from the callback.
// JavaScript is called at the end, or for each read.
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

#include "module.h"

namespace {

struct Run;

struct Slot {
  uv_work_t work;
  Run* run;
  char* buffer;
  off_t position;
  ssize_t result;
};

// One call of runReads, alive until its last read has called back. Used by the loop thread; while a slot's request is
// queued, its position, buffer and result belong to the pool.
struct Run {
  napi_env env;
  napi_ref callback;
  napi_ref each = nullptr;  // called for each read, where there is one
  napi_async_context context;
  uv_loop_t* loop;
  int fd;
  size_t size;
  std::vector<double> positions;
  size_t total;
  size_t next = 0;
  size_t pending = 0;
  bool failed = false;
  std::vector<Slot> slots;
  std::unique_ptr<char[]> memory;
};

void Finish(Run* run) {
  napi_env env = run->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value callback, global, argument;
  napi_get_reference_value(env, run->callback, &callback);
  napi_get_global(env, &global);
  napi_get_boolean(env, run->failed, &argument);
  napi_make_callback(env, run->context, global, callback, 1, &argument, nullptr);
  napi_delete_reference(env, run->callback);
  if (run->each != nullptr) napi_delete_reference(env, run->each);
  napi_async_destroy(env, run->context);
  napi_close_handle_scope(env, scope);
  delete run;
}

void Work(uv_work_t* work) {
  Slot* slot = static_cast<Slot*>(work->data);
  do {
    slot->result = pread(slot->run->fd, slot->buffer, slot->run->size, slot->position);
  } while (slot->result == -1 && errno == EINTR);
}

void After(uv_work_t* work, int status);

void Queue(Slot* slot) {
  Run* run = slot->run;
  slot->position = static_cast<off_t>(run->positions[run->next++ % run->positions.size()]);
  run->pending++;
  uv_queue_work(run->loop, &slot->work, Work, After);
}

// Calls JavaScript for one read, as an addon with one callback per request does.
void TellEach(Run* run, ssize_t result) {
  napi_env env = run->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value each, global, argument;
  napi_get_reference_value(env, run->each, &each);
  napi_get_global(env, &global);
  napi_create_int64(env, result, &argument);
  napi_make_callback(env, run->context, global, each, 1, &argument, nullptr);
  napi_close_handle_scope(env, scope);
}

void After(uv_work_t* work, int status) {
  Slot* slot = static_cast<Slot*>(work->data);
  Run* run = slot->run;
  if (run->each != nullptr) TellEach(run, slot->result);
  run->pending--;
  if (status != 0 || slot->result != static_cast<ssize_t>(run->size)) run->failed = true;
  if (run->next < run->total && !run->failed)
    Queue(slot);
  else if (run->pending == 0)
    Finish(run);
}

}  // namespace

namespace bench {

napi_value RunReads(napi_env env, napi_callback_info info) {
  size_t count = 7;
  napi_value arguments[7];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);

  Run* run = new Run();
  run->env = env;
  int64_t size = 0, total = 0, in_flight = 0;
  void* positions = nullptr;
  size_t length = 0;
  napi_get_value_int32(env, arguments[0], &run->fd);
  napi_get_value_int64(env, arguments[1], &size);
  napi_get_typedarray_info(env, arguments[2], nullptr, &length, &positions, nullptr, nullptr);
  napi_get_value_int64(env, arguments[3], &total);
  napi_get_value_int64(env, arguments[4], &in_flight);
  napi_create_reference(env, arguments[5], 1, &run->callback);
  napi_valuetype each_type = napi_undefined;
  napi_typeof(env, arguments[6], &each_type);
  if (each_type == napi_function) napi_create_reference(env, arguments[6], 1, &run->each);
  napi_value name;
  napi_create_string_utf8(env, "bench", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &run->context);
  napi_get_uv_event_loop(env, &run->loop);
  run->size = static_cast<size_t>(size);
  run->total = static_cast<size_t>(total);
  const double* first = static_cast<const double*>(positions);
  run->positions.assign(first, first + length);

  run->memory = std::make_unique<char[]>(run->size * static_cast<size_t>(in_flight));
  run->slots.resize(static_cast<size_t>(in_flight));
  for (size_t index = 0; index < run->slots.size() && run->next < run->total; index++) {
    Slot& slot = run->slots[index];
    slot.work.data = &slot;
    slot.run = run;
    slot.buffer = run->memory.get() + index * run->size;
    Queue(&slot);
  }
  return nullptr;
}

}  // namespace bench
