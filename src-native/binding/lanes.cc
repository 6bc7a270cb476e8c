// Lanes, figures, and the addon's share of the pool. None of this is on the hot path.
#include "binding/environment.h"

namespace uvfiles {

namespace {

// The memory of a lane, nearly all of it for histograms. V8 is told of it, so that it collects lanes that a program drops.
constexpr int64_t kLaneBytes = sizeof(Lane);

// addLane(priority, concurrency, queueLimit): the lane's number, -1 when there are too many.
Napi::Value AddLane(const Napi::CallbackInfo& info) {
  Environment* const environment = Environment::Get(info.Env());
  const int number = environment->dispatcher.AddLane(
      static_cast<Priority>(info[0].As<Napi::Number>().Int32Value()),
      info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Number>().Uint32Value());
  if (number >= 0) Napi::MemoryManagement::AdjustExternalMemory(info.Env(), kLaneBytes);
  return Napi::Number::New(info.Env(), number);
}

// retireLane(lane): nothing will be submitted to it any more.
Napi::Value RetireLane(const Napi::CallbackInfo& info) {
  Dispatcher& dispatcher = Environment::Get(info.Env())->dispatcher;
  dispatcher.RetireLane(dispatcher.LaneNumber(info[0].As<Napi::Number>().DoubleValue()));
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), -kLaneBytes);
  return info.Env().Undefined();
}

// One histogram after six numbers: count, sum, min, max, and the buckets.
size_t PutHistogram(const Histogram& histogram, double* to) {
  to[0] = static_cast<double>(histogram.count());
  to[1] = static_cast<double>(histogram.sum());
  to[2] = static_cast<double>(histogram.min());
  to[3] = static_cast<double>(histogram.max());
  for (int i = 0; i < Histogram::kBuckets; i++)
    to[4 + i] = static_cast<double>(histogram.buckets()[i]);
  return 4 + Histogram::kBuckets;
}

// laneFigures(lane, Float64Array): queued, running, completed, cancelled, rejected, then two histograms.
Napi::Value ReadLaneFigures(const Napi::CallbackInfo& info) {
  Environment* const environment = Environment::Get(info.Env());
  auto figures = std::make_unique<Dispatcher::LaneFigures>();
  Napi::Float64Array array = info[1].As<Napi::Float64Array>();
  if (array.ElementLength() < 5 + 2 * (4 + Histogram::kBuckets) ||
      !environment->dispatcher.ReadLaneFigures(
          environment->dispatcher.LaneNumber(info[0].As<Napi::Number>().DoubleValue()),
          figures.get())) {
    return Napi::Boolean::New(info.Env(), false);
  }
  double* const to = array.Data();
  to[0] = figures->queued;
  to[1] = figures->running;
  to[2] = static_cast<double>(figures->completed);
  to[3] = static_cast<double>(figures->cancelled);
  to[4] = static_cast<double>(figures->rejected);
  const size_t size = PutHistogram(figures->wait, to + 5);
  PutHistogram(figures->service, to + 5 + size);
  return Napi::Boolean::New(info.Env(), true);
}

Napi::Value PoolFigures(const Napi::CallbackInfo& info) {
  Environment* const environment = Environment::Get(info.Env());
  ProcessPool& pool = ProcessPool::Instance();
  Napi::Object figures = Napi::Object::New(info.Env());
  figures.Set("threads", pool.threads());
  figures.Set("reserved", pool.reserve());
  figures.Set("jobLimit", pool.limit());
  figures.Set("jobs", environment->dispatcher.jobs());
  figures.Set("outstanding", environment->dispatcher.outstanding());
  figures.Set("wakeups", static_cast<double>(environment->dispatcher.wakeups()));
  return figures;
}

Napi::Value SetReserve(const Napi::CallbackInfo& info) {
  ProcessPool::Instance().SetReserve(info[0].As<Napi::Number>().Uint32Value());
  return info.Env().Undefined();
}

}  // namespace

void DefineLanes(Napi::Env env, Napi::Object exports) {
  exports.Set("addLane", Napi::Function::New(env, AddLane));
  exports.Set("retireLane", Napi::Function::New(env, RetireLane));
  exports.Set("laneFigures", Napi::Function::New(env, ReadLaneFigures));
  exports.Set("poolFigures", Napi::Function::New(env, PoolFigures));
  exports.Set("setReserve", Napi::Function::New(env, SetReserve));
}

}  // namespace uvfiles
