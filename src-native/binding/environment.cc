#include "binding/environment.h"

#include <cstring>

#include "binding/paths.h"
#include "platform/file_system.h"

namespace uvfiles {

int SyscallNumber(const char* name) {
  int number = 0;
  for (const char* known : kSyscalls) {
    if (std::strcmp(known, name) == 0) return number;
    number++;
  }
  return 0;
}

Environment::Environment(napi_env environment, uv_loop_t* uv_loop)
    : env(environment),
      dispatcher(uv_loop, Deliver, Discard, this),
      pacer_(environment, GarbagePacer::kLargeResults),
      shared_memory_pacer_(environment, GarbagePacer::kSharedMemory),
      largest_pacer_(environment, GarbagePacer::kLargestResults) {}

Environment::~Environment() = default;

Environment* Environment::Get(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

// An asynchronous context keeps the values of AsyncLocalStorage in which it is made, and deliveries would run with them. Those
// of the program's first operation belong to one of its requests. A callback of Node's own has none.
void Environment::MakeAsyncContext(bool outside_requests) {
  const Napi::Env scope(env);
  const Napi::Object resource = Napi::Object::New(scope);
  resource_ = Napi::Persistent(resource);
  const auto init = Napi::Function::New(scope, [this](const Napi::CallbackInfo& info) {
    napi_async_init(env, resource_.Value(), Napi::String::New(info.Env(), "uvfiles"),
                    &async_context_);
  });
  napi_value result;
  if (outside_requests)
    napi_make_callback(env, nullptr, Napi::Object::New(scope), init, 0, nullptr, &result);
  // While a worker is being terminated, no function is made, and nothing is called.
  if (async_context_ == nullptr && !init.IsEmpty()) init.Call({});
}

// A worker may be terminated in the middle of this. From then on properties cannot be read, but some calls may still follow.
bool Environment::Open(Napi::Object shared, bool waits_in_hook, Shared parts) {
  if (dispatcher.Open() != 0) return false;
  complete_ = Napi::Weak(parts.complete);
  allocate_ = Napi::Weak(parts.allocate);
  arguments = parts.arguments.Data();
  records = parts.records.Data();
  napi_create_reference(env, shared, 0, &shared_);
  largest_result.store(static_cast<size_t>(arguments[kSize]), std::memory_order_relaxed);
  MakeAsyncContext(waits_in_hook);
  // Node runs its loop until an asynchronous hook has been removed, which lets the work requests and the handle
  // finish. Deno frees such hooks twice and Bun's loop is not libuv's: there a plain hook blocks until no job runs.
  if (waits_in_hook) {
    napi_add_async_cleanup_hook(env, OnAsyncCleanup, this, &cleanup_);
    realm_watch_ = new RealmWatch{this};
    napi_add_finalizer(env, shared, realm_watch_, OnUnreachable, nullptr, nullptr);
  } else {
    napi_add_env_cleanup_hook(env, OnCleanup, this);
  }
  return true;
}

// --- the realm ------------------------------------------------------------------------------------------------------

void Environment::HoldShared() {
  uint32_t count;
  holds_ = napi_reference_ref(env, shared_, &count) == napi_ok;
}

void Environment::LetGoWhenIdle() {
  if (!holds_ || closing_ || dispatcher.outstanding() != 0 || !files.empty() || !tasks.empty())
    return;
  if (temp_owner != 0 && TempRegistry::Shared().CountOf(temp_owner) != 0) return;
  // Memory in stock for later results belongs to the realm, too.
  while (ResultMemory* const memory = dispatcher.UnstockResult()) FreeResult(memory);
  uint32_t count;
  holds_ = napi_reference_unref(env, shared_, &count) != napi_ok;
}

// Nothing can call the addon through this environment any more, and nothing is outstanding.
void Environment::OnUnreachable(napi_env, void* data, void*) {
  const std::unique_ptr<RealmWatch> watch(static_cast<RealmWatch*>(data));
  Environment* const self = watch->environment;
  if (self == nullptr) return;
  self->realm_watch_ = nullptr;
  OnAsyncCleanup(nullptr, self);
}

// --- submitting -----------------------------------------------------------------------------------------------------

Operation* Environment::Begin(OpKind kind) {
  Operation* const operation = dispatcher.Acquire();
  operation->kind = kind;
  operation->slot = static_cast<uint32_t>(arguments[kSlot]);
  operation->size = static_cast<size_t>(arguments[kSize]);
  operation->flags = static_cast<uint8_t>(arguments[kFlags]);
  operation->lane = dispatcher.LaneNumber(arguments[kLaneNumber]);
  operation->file = nullptr;
  operation->data = nullptr;
  operation->capacity = 0;
  operation->memory = nullptr;
  operation->extra = 0;
  operation->result = 0;
  operation->position = IntegerIn(&arguments[kPosition], arguments[kPositionIsBigInt] != 0);
  operation->timeout_ms = static_cast<float>(arguments[kTimeout]);
  return operation;
}

OperationDetails* Environment::AttachDetails(Operation* operation) {
  if (free_details_.empty()) {
    details_.push_back(std::make_unique<OperationDetails>());
    free_details_.push_back(details_.back().get());
  }
  operation->details = free_details_.back();
  free_details_.pop_back();
  operation->details->syscall = "";
  operation->details->attempts = operation->details->shortages = 0;
  return operation->details;
}

void Environment::Recycle(Operation* operation) {
  if (operation->details != nullptr) {
    operation->details->task = nullptr;
    ShrinkPath(&operation->details->path);
    free_details_.push_back(operation->details);
    operation->details = nullptr;
  }
  dispatcher.Release(operation);
}

void Environment::Refuse(Operation* operation, int status) {
  arguments[kStatus] = status;
  GiveUp(*operation, status, false);
  FreeData(operation);
  Recycle(operation);
}

void Environment::Submit(Operation* operation) {
  const uint32_t slot = operation->slot;
  OpenFile* const file = operation->file;
  if (operation->lane == Dispatcher::kNoLane) {
    Refuse(operation, UV_EINVAL);
    return;
  }
  if (!dispatcher.Submit(operation)) {
    Refuse(operation, UV_EAGAIN);
    return;
  }
  if (file != nullptr) file->in_flight++;
  Occupy(slot, operation);
  arguments[kStatus] = 0;
  Hold();
}

void Environment::Occupy(uint32_t slot, Operation* operation) {
  if (slot >= slots_.size()) slots_.resize(slot + 64, nullptr);
  slots_[slot] = operation;
}

void Environment::SubmitClose(Operation* operation) {
  OpenFile* const file = operation->file;
  if (operation->lane == Dispatcher::kNoLane) {
    operation->file = nullptr;
    Refuse(operation, UV_EINVAL);
    return;
  }
  file->closing = true;
  arguments[kStatus] = 0;
  Occupy(operation->slot, operation);
  if (file->in_flight > 0) {
    file->close_operation = operation;
    return;
  }
  dispatcher.Submit(operation);
  file->in_flight++;
}

// --- ending ---------------------------------------------------------------------------------------------------------

void Environment::Discard(void* context, Operation* operation) {
  Environment* const self = static_cast<Environment*>(context);
  const bool performed = operation->state.load(std::memory_order_relaxed) == OpState::kFinished;
  if (operation->kind == OpKind::kOpen && performed && operation->result >= 0 &&
      operation->size == 0) {
    InlineIO::Forget(&operation->details->inline_state);
    platform::CloseFile(
        static_cast<int>(operation->result));  // JavaScript never learns of this descriptor
  }
  if (operation->kind == OpKind::kClose && performed && operation->file != nullptr) {
    self->files.Remove(operation->file);
  }
  if (!performed) GiveUp(*operation, UV_ECANCELED, false);  // it may have done a part
  if (operation->kind == OpKind::kTask) operation->details->task_owner->Settled(true);
  operation->file = nullptr;
  self->FreeData(operation);
  self->Recycle(operation);
}

void Environment::CloseFiles() {
  files.ForEach([](OpenFile* file) {
    InlineIO::Forget(&file->inline_state);
    if (file->owned) platform::CloseFile(file->fd);
  });
}

void Environment::OnAsyncCleanup(napi_async_cleanup_hook_handle, void* context) {
  Environment* const self = static_cast<Environment*>(context);
  if (self->closing_) return;
  self->closing_ = true;
  self->dispatcher.Close(OnClosed);
}

void Environment::OnClosed(void* context) {
  Environment* const self = static_cast<Environment*>(context);
  self->CloseFiles();
  while (ResultMemory* const memory = self->dispatcher.UnstockResult()) self->FreeResult(memory);
  if (self->async_context_ != nullptr) napi_async_destroy(self->env, self->async_context_);
  self->complete_.Reset();
  self->allocate_.Reset();
  napi_delete_reference(self->env, self->shared_);
  if (self->realm_watch_ != nullptr) self->realm_watch_->environment = nullptr;
  self->resource_.Reset();
  self->tasks.Clear();
  const napi_async_cleanup_hook_handle cleanup = self->cleanup_;
  napi_set_instance_data(self->env, nullptr, nullptr, nullptr);
  delete self;
  napi_remove_async_cleanup_hook(cleanup);
}

// The environment is never freed here, because the runtime may still have work requests of its dispatcher.
void Environment::OnCleanup(void* context) {
  Environment* const self = static_cast<Environment*>(context);
  self->closing_ = true;
  self->dispatcher.CloseBlocking();
  self->tasks.Clear();
  self->CloseFiles();
}

}  // namespace uvfiles
