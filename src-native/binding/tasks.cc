// Native tasks from JavaScript: made from byte strings and integers, known by number, run by submissions.
//
// Nothing here throws or aborts, also while a worker is being terminated, when any Node-API call may fail: a task that
// cannot be made leaves the reason in arguments[kStatus].
#include <cstring>

#include "binding/environment.h"
#include "binding/paths.h"
#include "core/tasks/registry.h"

namespace uvfiles {

namespace {

constexpr size_t kMostBytes = 16;

// The task that kTaskKind, kNumberCount, kExactNumbers and the numbers from kAnswer on describe, with the byte strings
// that are the call's arguments. Null after a refusal, whose reason is then in kStatus.
std::unique_ptr<Task> make_task(napi_env env, napi_callback_info info, Environment* environment) {
  double* const from = environment->arguments;
  napi_value values[kMostBytes];
  size_t count = kMostBytes;
  const auto kind = static_cast<TaskKind>(static_cast<int32_t>(from[kTaskKind]));
  const auto numbers = static_cast<uint32_t>(from[kNumberCount]);
  const auto exact = static_cast<uint32_t>(from[kExactNumbers]);
  from[kStatus] = UV_EINVAL;
  if (napi_get_cb_info(env, info, &count, values, nullptr, nullptr) != napi_ok) return nullptr;
  if (count > kMostBytes || numbers > kArgumentCount - kAnswer) return nullptr;
  TaskArguments arguments;
  arguments.bytes.resize(count);
  for (size_t i = 0; i < count; i++) {
    const int read = read_bytes(env, values[i], &arguments.bytes[i]);
    from[kStatus] = read;
    if (read != 0) return nullptr;
  }
  arguments.numbers.reserve(numbers);
  for (uint32_t i = 0; i < numbers; i++) {
    int64_t number;
    if ((exact >> i & 1) != 0) {
      std::memcpy(&number, &from[kAnswer + i], sizeof number);
    } else {
      number = static_cast<int64_t>(from[kAnswer + i]);
    }
    arguments.numbers.push_back(number);
  }
  std::unique_ptr<Task> task = MakeTask(kind, std::move(arguments));
  from[kStatus] = task == nullptr ? UV_ENOSYS : 0;
  return task;
}

// kSize is 0, or one more than the number of an open file that stays open for the run.
void run(Environment* environment, TaskTable::Entry* entry) {
  Operation* const operation = environment->begin(OpKind::kTask);
  OperationDetails* const details = environment->attach_details(operation);
  details->task = entry->task();
  if (operation->size != 0) {
    OpenFile* const file = environment->files.find(static_cast<uint32_t>(operation->size - 1));
    operation->size = 0;
    if (file == nullptr || file->closing) return environment->refuse(operation, UV_EBADF);
    operation->file = file;
    entry->task()->fd = file->fd;
  }
  details->task_owner = entry;
  entry->task()->error = TaskError();
  environment->submit(operation);
  if (environment->arguments[kStatus] == 0) entry->started();
}

TaskTable::Entry* task_in_arguments(Environment* environment) {
  return environment->tasks.find(static_cast<uint32_t>(environment->arguments[kFile]));
}

// makeTask(...bytes): its number in kFile.
napi_value make(napi_env env, napi_callback_info info) {
  Environment* const environment = Environment::get(env);
  if (environment == nullptr) return nullptr;
  std::unique_ptr<Task> task = make_task(env, info, environment);
  if (task == nullptr) return nullptr;
  environment->arguments[kFile] = environment->tasks.add(std::move(task), false)->id();
  environment->hold();
  return nullptr;
}

// runTask(...bytes): the same and its first submission. It goes by itself when it has ended.
napi_value run_new(napi_env env, napi_callback_info info) {
  Environment* const environment = Environment::get(env);
  if (environment == nullptr) return nullptr;
  std::unique_ptr<Task> task = make_task(env, info, environment);
  if (task == nullptr) return nullptr;
  TaskTable::Entry* const entry = environment->tasks.add(std::move(task), true);
  environment->arguments[kFile] = entry->id();
  run(environment, entry);
  if (environment->arguments[kStatus] != 0) environment->tasks.free(entry);
  return nullptr;
}

// submitTask(): runs the task kFile (on).
napi_value submit(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::get(env);
  if (environment == nullptr) return nullptr;
  TaskTable::Entry* const entry = task_in_arguments(environment);
  if (entry == nullptr || entry->running()) {
    environment->arguments[kStatus] = UV_EINVAL;
  } else {
    run(environment, entry);
  }
  return nullptr;
}

// freeTask(): the task kFile is cancelled and freed; one that has gone already is fine.
napi_value free_task(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::get(env);
  if (environment == nullptr) return nullptr;
  TaskTable::Entry* const entry = task_in_arguments(environment);
  if (entry != nullptr) environment->tasks.free(entry);
  environment->let_go_when_idle();
  return nullptr;
}

}  // namespace

void define_tasks(Napi::Env env, Napi::Object exports) {
  define_function(env, exports, "makeTask", make);
  define_function(env, exports, "runTask", run_new);
  define_function(env, exports, "submitTask", submit);
  define_function(env, exports, "freeTask", free_task);
}

}  // namespace uvfiles
