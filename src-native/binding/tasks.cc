// Native tasks from JavaScript: made from byte strings and integers, known by number, run by submissions.
//
// Nothing here throws or aborts, also while a worker is being terminated, when any Node-API call may fail: a task that
// cannot be made leaves the reason in arguments[kStatus].
#include "binding/environment.h"
#include "binding/paths.h"
#include "core/tasks/registry.h"

namespace uvfiles {

namespace {

constexpr size_t kMostBytes = 16;

// Removes an open file from the table: its descriptor, which is returned, belongs to the caller. -1 while operations use it.
int TakeDescriptor(Environment* environment, int64_t number) {
  OpenFile* const file = environment->files.FindIdle(static_cast<uint32_t>(number));
  if (file == nullptr) return -1;
  const int fd = file->fd;
  environment->files.Remove(file);
  return fd;
}

// The task that kTaskKind, kNumberCount, kExactNumbers and the numbers from kAnswer on describe, with the byte strings
// that are the call's arguments. Null if there is none; kStatus then has the reason.
std::unique_ptr<Task> MakeTask(napi_env env, napi_callback_info info, Environment* environment) {
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
    const int read = ReadBytes(env, values[i], &arguments.bytes[i]);
    from[kStatus] = read;
    if (read != 0) return nullptr;
  }
  arguments.numbers.reserve(numbers);
  for (uint32_t i = 0; i < numbers; i++) {
    arguments.numbers.push_back(IntegerIn(&from[kAnswer + i], (exact >> i & 1) != 0));
  }
  // In the same call: a worker that is terminated between two of them would close it in neither.
  if (kind == TaskKind::kTempFinish && numbers > 0) {
    const int fd = TakeDescriptor(environment, arguments.numbers[0]);
    from[kStatus] = UV_EBUSY;
    if (fd < 0) return nullptr;
    arguments.numbers[0] = fd;
  }
  std::unique_ptr<Task> task = MakeTask(kind, std::move(arguments));
  from[kStatus] = task == nullptr ? UV_ENOSYS : 0;
  return task;
}

// kSize is 0, or one more than the number of an open file that stays open for the run.
void Run(Environment* environment, TaskTable::Entry* entry) {
  Operation* const operation = environment->Begin(OpKind::kTask);
  OperationDetails* const details = environment->AttachDetails(operation);
  details->task = entry->task();
  if (operation->size != 0) {
    OpenFile* const file = environment->files.Find(static_cast<uint32_t>(operation->size - 1));
    operation->size = 0;
    if (file == nullptr || file->closing) return environment->Refuse(operation, UV_EBADF);
    operation->file = file;
    entry->task()->fd = file->fd;
  }
  details->task_owner = entry;
  entry->task()->error = TaskError();
  entry->task()->Continue();
  environment->Submit(operation);
  if (environment->arguments[kStatus] == 0) entry->Started();
}

TaskTable::Entry* TaskInArguments(Environment* environment) {
  return environment->tasks.Find(static_cast<uint32_t>(environment->arguments[kFile]));
}

// makeTask(...bytes): leaves the task's number in kFile.
napi_value Make(napi_env env, napi_callback_info info) {
  Environment* const environment = Environment::Get(env);
  if (environment == nullptr) return nullptr;
  std::unique_ptr<Task> task = MakeTask(env, info, environment);
  if (task == nullptr) return nullptr;
  environment->arguments[kFile] = environment->tasks.Add(std::move(task), false)->id();
  environment->Hold();
  return nullptr;
}

// runTask(...bytes): as makeTask, and submits it. The task is freed when it has ended.
napi_value RunNew(napi_env env, napi_callback_info info) {
  Environment* const environment = Environment::Get(env);
  if (environment == nullptr) return nullptr;
  std::unique_ptr<Task> task = MakeTask(env, info, environment);
  if (task == nullptr) return nullptr;
  TaskTable::Entry* const entry = environment->tasks.Add(std::move(task), true);
  environment->arguments[kFile] = entry->id();
  Run(environment, entry);
  if (environment->arguments[kStatus] != 0) environment->tasks.Free(entry);
  return nullptr;
}

// submitTask(): starts or continues the task kFile.
napi_value Submit(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  if (environment == nullptr) return nullptr;
  TaskTable::Entry* const entry = TaskInArguments(environment);
  if (entry == nullptr || entry->running()) {
    environment->arguments[kStatus] = UV_EINVAL;
  } else {
    Run(environment, entry);
  }
  return nullptr;
}

// freeTask(): cancels and frees the task kFile. Has no effect if it has been freed.
napi_value FreeTask(napi_env env, napi_callback_info) {
  Environment* const environment = Environment::Get(env);
  if (environment == nullptr) return nullptr;
  TaskTable::Entry* const entry = TaskInArguments(environment);
  if (entry != nullptr) environment->tasks.Free(entry);
  environment->LetGoWhenIdle();
  return nullptr;
}

}  // namespace

void DefineTasks(Napi::Env env, Napi::Object exports) {
  DefineFunction(env, exports, "makeTask", Make);
  DefineFunction(env, exports, "runTask", RunNew);
  DefineFunction(env, exports, "submitTask", Submit);
  DefineFunction(env, exports, "freeTask", FreeTask);
}

}  // namespace uvfiles
