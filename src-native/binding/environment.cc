#include "binding/environment.h"

#include <cstring>

#include "binding/paths.h"
#include "platform/file_system.h"

namespace uvfiles {

int syscall_number(const char* name) {
  int number = 0;
  for (const char* known : kSyscalls) {
    if (std::strcmp(known, name) == 0) return number;
    number++;
  }
  return 0;
}

Environment::Environment(napi_env environment, uv_loop_t* uv_loop)
    : env(environment), loop(uv_loop), dispatcher(uv_loop, deliver, discard, this) {}

Environment::~Environment() = default;

Environment* Environment::get(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

bool Environment::open(Napi::Object shared, bool waits_in_hook) {
  if (dispatcher.open() != 0) return false;
  complete_ = Napi::Weak(shared.Get("complete").As<Napi::Function>());
  allocate_ = Napi::Weak(shared.Get("allocate").As<Napi::Function>());
  arguments = shared.Get("arguments").As<Napi::Float64Array>().Data();
  records = shared.Get("records").As<Napi::Float64Array>().Data();
  napi_create_reference(env, shared, 0, &shared_);
  largest_result.store(static_cast<size_t>(arguments[kSize]), std::memory_order_relaxed);
  const Napi::Env scope(env);
  Napi::Object resource = Napi::Object::New(scope);
  resource_ = Napi::Persistent(resource);
  napi_async_init(env, resource, Napi::String::New(scope, "uvfiles"), &async_context_);
  // Node runs its loop until an asynchronous hook has been removed, which lets the work requests and the handle
  // finish. Deno frees such hooks twice and Bun's loop is not libuv's: there a plain hook blocks until no job runs.
  if (waits_in_hook) {
    napi_add_async_cleanup_hook(env, on_async_cleanup, this, &cleanup_);
    realm_watch_ = new RealmWatch{this};
    napi_add_finalizer(env, shared, realm_watch_, on_unreachable, nullptr, nullptr);
  } else {
    napi_add_env_cleanup_hook(env, on_cleanup, this);
  }
  return true;
}

// --- the realm ------------------------------------------------------------------------------------------------------

void Environment::hold_shared() {
  uint32_t count;
  holds_ = napi_reference_ref(env, shared_, &count) == napi_ok;
}

void Environment::let_go_when_idle() {
  if (!holds_ || closing_ || dispatcher.outstanding() != 0 || !files.empty() || !tasks.empty())
    return;
  if (temp_owner != 0 && TempRegistry::Shared().CountOf(temp_owner) != 0) return;
  // Memory for results that will not be asked for: it is the realm's, too.
  while (ResultMemory* const memory = dispatcher.unstock_result()) free_result(memory);
  uint32_t count;
  holds_ = napi_reference_unref(env, shared_, &count) != napi_ok;
}

// Nothing can call the addon through this environment any more, and nothing is outstanding.
void Environment::on_unreachable(napi_env, void* data, void*) {
  const std::unique_ptr<RealmWatch> watch(static_cast<RealmWatch*>(data));
  Environment* const self = watch->environment;
  if (self == nullptr) return;
  self->realm_watch_ = nullptr;
  if (self->closing_) return;
  self->closing_ = true;
  self->dispatcher.close(on_closed);
}

// --- submitting -----------------------------------------------------------------------------------------------------

Operation* Environment::begin(OpKind kind) {
  Operation* const operation = dispatcher.acquire();
  operation->kind = kind;
  operation->slot = static_cast<uint32_t>(arguments[kSlot]);
  operation->size = static_cast<size_t>(arguments[kSize]);
  operation->flags = static_cast<uint8_t>(arguments[kFlags]);
  operation->lane = dispatcher.lane_number(arguments[kLaneNumber]);
  operation->file = nullptr;
  operation->data = nullptr;
  operation->capacity = 0;
  operation->memory = nullptr;
  operation->extra = 0;
  operation->result = 0;
  if (arguments[kPositionIsBigInt] != 0) {
    std::memcpy(&operation->position, &arguments[kPosition], sizeof operation->position);
  } else {
    operation->position = static_cast<int64_t>(arguments[kPosition]);
  }
  operation->timeout_ms = static_cast<float>(arguments[kTimeout]);
  return operation;
}

OperationDetails* Environment::attach_details(Operation* operation) {
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

void Environment::recycle(Operation* operation) {
  if (operation->details != nullptr) {
    operation->details->task = nullptr;
    shrink_path(&operation->details->path);
    free_details_.push_back(operation->details);
    operation->details = nullptr;
  }
  dispatcher.release(operation);
}

void Environment::refuse(Operation* operation, int status) {
  arguments[kStatus] = status;
  give_up(*operation, status, false);
  free_data(operation);
  recycle(operation);
}

void Environment::submit(Operation* operation) {
  const uint32_t slot = operation->slot;
  OpenFile* const file = operation->file;
  if (operation->lane == Dispatcher::kNoLane) {
    refuse(operation, UV_EINVAL);
    return;
  }
  if (!dispatcher.submit(operation)) {
    refuse(operation, UV_EAGAIN);
    return;
  }
  if (file != nullptr) file->in_flight++;
  occupy(slot, operation);
  arguments[kStatus] = 0;
  hold();
}

void Environment::occupy(uint32_t slot, Operation* operation) {
  if (slot >= slots_.size()) slots_.resize(slot + 64, nullptr);
  slots_[slot] = operation;
}

void Environment::submit_close(Operation* operation) {
  OpenFile* const file = operation->file;
  if (operation->lane == Dispatcher::kNoLane) {
    operation->file = nullptr;
    refuse(operation, UV_EINVAL);
    return;
  }
  file->closing = true;
  arguments[kStatus] = 0;
  occupy(operation->slot, operation);
  if (file->in_flight > 0) {
    file->close_operation = operation;
    return;
  }
  dispatcher.submit(operation);
  file->in_flight++;
}

// --- ending ---------------------------------------------------------------------------------------------------------

void Environment::discard(void* context, Operation* operation) {
  Environment* const self = static_cast<Environment*>(context);
  const bool performed = operation->state.load(std::memory_order_relaxed) == OpState::kFinished;
  if (operation->kind == OpKind::kOpen && performed && operation->result >= 0 &&
      operation->size == 0) {
    InlineIO::forget(&operation->details->inline_state);
    platform::close_file(
        static_cast<int>(operation->result));  // nobody will ever know of this descriptor
  }
  if (operation->kind == OpKind::kClose && performed && operation->file != nullptr) {
    self->files.remove(operation->file);
  }
  if (!performed) give_up(*operation, UV_ECANCELED, false);  // it may have got half-way
  if (operation->kind == OpKind::kTask) operation->details->task_owner->settled(true);
  operation->file = nullptr;
  self->free_data(operation);
  self->recycle(operation);
}

void Environment::close_files() {
  files.for_each([](OpenFile* file) {
    InlineIO::forget(&file->inline_state);
    if (file->owned) platform::close_file(file->fd);
  });
}

void Environment::on_async_cleanup(napi_async_cleanup_hook_handle, void* context) {
  Environment* const self = static_cast<Environment*>(context);
  if (self->closing_) return;
  self->closing_ = true;
  self->dispatcher.close(on_closed);
}

void Environment::on_closed(void* context) {
  Environment* const self = static_cast<Environment*>(context);
  self->close_files();
  while (ResultMemory* const memory = self->dispatcher.unstock_result()) self->free_result(memory);
  if (self->async_context_ != nullptr) napi_async_destroy(self->env, self->async_context_);
  self->complete_.Reset();
  self->allocate_.Reset();
  napi_delete_reference(self->env, self->shared_);
  if (self->realm_watch_ != nullptr) self->realm_watch_->environment = nullptr;
  self->resource_.Reset();
  self->tasks.clear();
  const napi_async_cleanup_hook_handle cleanup = self->cleanup_;
  napi_set_instance_data(self->env, nullptr, nullptr, nullptr);
  delete self;
  napi_remove_async_cleanup_hook(cleanup);
}

// The dispatcher's work requests may still be in the runtime's hands: it is left to the process on purpose.
void Environment::on_cleanup(void* context) {
  Environment* const self = static_cast<Environment*>(context);
  self->closing_ = true;
  self->dispatcher.close_blocking();
  self->tasks.clear();
  self->close_files();
}

}  // namespace uvfiles
