// Makes V8 scavenge often enough for the external memory that JavaScript gets, so that V8 need not mark the whole heap.
//
// Buffers that were dropped soon are freed by a scavenge. V8 scavenges when its young space is full of its own objects,
// of which the library makes few. Until then their memory counts against the limit of the old generation, and in a
// program with a small heap 7 MiB of it are enough: V8 marks the whole heap, which takes the event loop about 10 ms,
// and finds that nothing in the old generation was garbage. fs.promises avoids this by accident: it makes more objects
// per read.
//
// So the pacer makes young garbage, in proportion to the memory that is given out. Neither the
// right proportion nor the right distance between scavenges is known: they depend on the sizes of
// the young space and of the heap, and on what else the program allocates. The pacer learns them
// from two of its own pieces of garbage. A scavenge clears a weak reference to a young one, and
// only a mark-compact clears one to an old one.
#pragma once

#include <node_api.h>

#include <cstddef>

namespace uvfiles {

class GarbagePacer {
 public:
  struct Pace {
    double first_period;  // bytes to be given out between scavenges
    double first_share;   // bytes of garbage for each of them
    double most_share;    // the young space has at most 16 MiB
  };
  // For results of 64 to 256 KiB, and for memory of the library's own that is handed over.
  static const Pace kLargeResults;
  // For small results that share memory. V8 marks the heap for them rarely on Node 20, and every 20 to 50 MiB on Node 26.
  // So hardly any garbage is made until it has done this twice.
  static const Pace kSharedMemory;
  // For results of more than 256 KiB in memory of V8's own. As long as other garbage makes V8 scavenge, it rarely marks the heap for
  // them. A share of more than 1.4 takes longer to make than the mark-compacts that it prevents.
  static const Pace kLargestResults;

  GarbagePacer(napi_env env, const Pace& pace);
  // Must run before the environment ends, because it deletes references.
  ~GarbagePacer();
  GarbagePacer(const GarbagePacer&) = delete;
  GarbagePacer& operator=(const GarbagePacer&) = delete;

  // JavaScript has just been given so many bytes of external memory.
  void GaveOut(size_t size);

 private:
  bool MakeGarbage(size_t size);
  bool IsCleared(napi_ref reference);
  void AfterScavenge();
  void WatchMarkCompacts();

  const napi_env env_;
  const double most_share_;
  napi_ref young_ = nullptr;  // weak
  napi_ref old_ = nullptr;    // weak after as many scavenges as make an object old
  int scavenges_ = 0;         // that `old_` has survived, while they are counted
  double given_ = 0;          // bytes since the last scavenge
  double given_since_marked_;
  double owed_ = 0;  // bytes of garbage to be made
  double share_;     // bytes of garbage for each byte that is given out
  double period_;    // bytes to be given out between scavenges
};

}  // namespace uvfiles
