// Native tasks from JavaScript: made from byte strings and integers, run by a submission, freed by garbage
// collection or by hand.
#include "binding/environment.h"
#include "core/tasks/registry.h"

namespace uvfiles {

namespace {

// A task and whether an operation is running it: freeing it meanwhile waits for the delivery. JavaScript keeps the
// handle referenced as long as the dispatcher has the task.
class TaskHandle : public Napi::ObjectWrap<TaskHandle>, public TaskOwner {
 public:
  static void define(Napi::Env env, Napi::Object exports) {
    exports.Set("Task", DefineClass(env, "Task",
                                    {InstanceMethod("submit", &TaskHandle::submit),
                                     InstanceMethod("cancel", &TaskHandle::cancel),
                                     InstanceMethod("free", &TaskHandle::free)}));
  }

  explicit TaskHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TaskHandle>(info) {
    TaskArguments arguments;
    const Napi::Array bytes = info[1].As<Napi::Array>();
    for (uint32_t i = 0; i < bytes.Length(); i++) {
      const Napi::Value value = bytes.Get(i);
      if (value.IsString()) {
        arguments.bytes.push_back(value.As<Napi::String>().Utf8Value());
      } else {
        const Napi::Uint8Array view = value.As<Napi::Uint8Array>();
        arguments.bytes.emplace_back(reinterpret_cast<const char*>(view.Data()), view.ByteLength());
      }
    }
    const Napi::Array numbers = info[2].As<Napi::Array>();
    for (uint32_t i = 0; i < numbers.Length(); i++) {
      const Napi::Value value = numbers.Get(i);
      bool lossless;
      arguments.numbers.push_back(value.IsBigInt() ? value.As<Napi::BigInt>().Int64Value(&lossless)
                                                   : value.As<Napi::Number>().Int64Value());
    }
    task_ = MakeTask(static_cast<TaskKind>(info[0].As<Napi::Number>().Int32Value()),
                     std::move(arguments));
    if (task_ == nullptr) {
      Napi::Error error =
          Napi::Error::New(info.Env(), "uvfiles does not have this operation on this platform");
      error.Set("code", Napi::String::New(info.Env(), "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"));
      error.ThrowAsJavaScriptException();
    }
  }

  void settled() override {
    running_ = false;
    if (free_when_settled_) task_.reset();
  }

 private:
  Napi::Value submit(const Napi::CallbackInfo& info) {
    Environment* const environment = Environment::get(info.Env());
    if (task_ == nullptr || running_) {
      environment->arguments[kStatus] = UV_EINVAL;
      return info.Env().Undefined();
    }
    Operation* const operation = environment->begin(OpKind::kTask);
    OperationDetails* const details = environment->attach_details(operation);
    details->task = task_.get();
    details->task_owner = this;
    task_->error = TaskError();
    environment->submit(operation);
    if (environment->arguments[kStatus] == 0) running_ = true;
    return info.Env().Undefined();
  }

  Napi::Value cancel(const Napi::CallbackInfo& info) {
    if (task_ != nullptr) task_->cancel();
    return info.Env().Undefined();
  }

  Napi::Value free(const Napi::CallbackInfo& info) {
    if (task_ != nullptr) task_->cancel();
    if (running_) {
      free_when_settled_ = true;
    } else {
      task_.reset();
    }
    return info.Env().Undefined();
  }

  std::unique_ptr<Task> task_;
  bool running_ = false;
  bool free_when_settled_ = false;
};

}  // namespace

void define_tasks(Napi::Env env, Napi::Object exports) { TaskHandle::define(env, exports); }

}  // namespace uvfiles
