// Systems that cannot say what is cached: the pool serves everything, with the same results.
#include "platform/cached.h"

namespace uvfiles {
namespace platform {

CacheAccess classify(int, uint64_t, bool) { return CacheAccess::kNever; }
CacheAccess known_access(uint64_t) { return CacheAccess::kNever; }
void forget_access(uint64_t) {}
bool has_swap() { return true; }
int64_t read_cached(int, char*, size_t, int64_t) { return kUnsupported; }
void will_need(int, int64_t, size_t) {}
Residency residency(int, int64_t, size_t) { return Residency::kUntold; }
Residency mapped_residency(const char*, size_t, int64_t, size_t) { return Residency::kUntold; }
char* map_file(int, size_t) { return nullptr; }
void unmap_file(char*, size_t) {}
bool may_ask_mincore(int) { return false; }
void want_mounts() {}
void learn_mounts_if_wanted() {}
std::shared_ptr<const MountTable> known_mounts() { return nullptr; }
int open_cached(const MountTable&, const char*, int) { return kUnsupported; }
int access_open(int, int) { return kUnsupported; }
bool keeps_links_in_inodes(int) { return false; }
int64_t readlink_open(int, char*, size_t) { return kUnsupported; }

}  // namespace platform
}  // namespace uvfiles
