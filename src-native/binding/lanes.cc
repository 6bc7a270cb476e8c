// Lanes, figures and the size of our share of the pool. Off the hot path.
#include "binding/environment.h"

namespace uvfiles {

namespace {

// addLane(priority, concurrency, queueLimit): the lane's number, -1 when there are too many.
Napi::Value add_lane(const Napi::CallbackInfo& info) {
  Environment* const environment = Environment::get(info.Env());
  const int number = environment->dispatcher.add_lane(
      static_cast<Priority>(info[0].As<Napi::Number>().Int32Value()),
      info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Number>().Uint32Value());
  return Napi::Number::New(info.Env(), number);
}

// retireLane(lane): nothing will be submitted to it any more.
Napi::Value retire_lane(const Napi::CallbackInfo& info) {
  Dispatcher& dispatcher = Environment::get(info.Env())->dispatcher;
  dispatcher.retire_lane(dispatcher.lane_number(info[0].As<Napi::Number>().DoubleValue()));
  return info.Env().Undefined();
}

// One histogram after six numbers: count, sum, min, max, and the buckets.
size_t put_histogram(const Histogram& histogram, double* to) {
  to[0] = static_cast<double>(histogram.count());
  to[1] = static_cast<double>(histogram.sum());
  to[2] = static_cast<double>(histogram.min());
  to[3] = static_cast<double>(histogram.max());
  for (int i = 0; i < Histogram::kBuckets; i++)
    to[4 + i] = static_cast<double>(histogram.buckets()[i]);
  return 4 + Histogram::kBuckets;
}

// laneFigures(lane, Float64Array): queued, running, completed, cancelled, rejected, then two histograms.
Napi::Value lane_figures(const Napi::CallbackInfo& info) {
  Environment* const environment = Environment::get(info.Env());
  auto figures = std::make_unique<Dispatcher::LaneFigures>();
  Napi::Float64Array array = info[1].As<Napi::Float64Array>();
  if (array.ElementLength() < 5 + 2 * (4 + Histogram::kBuckets) ||
      !environment->dispatcher.lane_figures(
          environment->dispatcher.lane_number(info[0].As<Napi::Number>().DoubleValue()),
          figures.get())) {
    return Napi::Boolean::New(info.Env(), false);
  }
  double* const to = array.Data();
  to[0] = figures->queued;
  to[1] = figures->running;
  to[2] = static_cast<double>(figures->completed);
  to[3] = static_cast<double>(figures->cancelled);
  to[4] = static_cast<double>(figures->rejected);
  const size_t size = put_histogram(figures->wait, to + 5);
  put_histogram(figures->service, to + 5 + size);
  return Napi::Boolean::New(info.Env(), true);
}

Napi::Value pool_figures(const Napi::CallbackInfo& info) {
  Environment* const environment = Environment::get(info.Env());
  ProcessPool& pool = ProcessPool::instance();
  Napi::Object figures = Napi::Object::New(info.Env());
  figures.Set("threads", pool.threads());
  figures.Set("reserved", pool.reserve());
  figures.Set("jobLimit", pool.limit());
  figures.Set("jobs", environment->dispatcher.jobs());
  figures.Set("outstanding", environment->dispatcher.outstanding());
  figures.Set("wakeups", static_cast<double>(environment->dispatcher.wakeups()));
  figures.Set("cachedBytes", static_cast<double>(BlockPool::instance().cached_bytes()));
  return figures;
}

Napi::Value set_reserve(const Napi::CallbackInfo& info) {
  ProcessPool::instance().set_reserve(info[0].As<Napi::Number>().Uint32Value());
  return info.Env().Undefined();
}

}  // namespace

void define_lanes(Napi::Env env, Napi::Object exports) {
  exports.Set("addLane", Napi::Function::New(env, add_lane));
  exports.Set("retireLane", Napi::Function::New(env, retire_lane));
  exports.Set("laneFigures", Napi::Function::New(env, lane_figures));
  exports.Set("poolFigures", Napi::Function::New(env, pool_figures));
  exports.Set("setReserve", Napi::Function::New(env, set_reserve));
}

}  // namespace uvfiles
