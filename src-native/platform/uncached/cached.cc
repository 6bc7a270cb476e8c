// Systems that cannot say what is cached: the pool serves everything, with the same results.
#include "platform/cached.h"

namespace uvfiles {
namespace platform {

CacheAccess Classify(int, uint64_t, bool) { return CacheAccess::kNever; }
CacheAccess KnownAccess(uint64_t) { return CacheAccess::kNever; }
void ForgetAccess(uint64_t) {}
bool HasSwap() { return true; }
int64_t ReadCached(int, char*, size_t, int64_t) { return kUnsupported; }
void WillNeed(int, int64_t, size_t) {}
Residency ResidencyOf(int, int64_t, size_t) { return Residency::kUntold; }
Residency MappedResidency(const char*, size_t, int64_t, size_t) { return Residency::kUntold; }
char* MapFile(int, size_t) { return nullptr; }
void UnmapFile(char*, size_t) {}
bool MayAskMincore(int) { return false; }
void WantMounts() {}
void LearnMountsIfWanted() {}
std::shared_ptr<const MountTable> KnownMounts() { return nullptr; }
bool KnowsMounts() { return false; }
int OpenAhead(const MountTable&, const char*, int, bool*) { return kUnsupported; }
int OpenCached(const MountTable&, const char*, int) { return kUnsupported; }
int OpenCachedBeneath(const MountTable&, const char*, const char*, int) { return kUnsupported; }
int AccessOpen(int, int) { return kUnsupported; }
bool KeepsLinksInInodes(int) { return false; }
int64_t ReadlinkOpen(int, char*, size_t) { return kUnsupported; }

}  // namespace platform
}  // namespace uvfiles
