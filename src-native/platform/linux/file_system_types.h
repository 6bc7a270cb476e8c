// f_type of statfs(2); <linux/magic.h> does not have them all.
#pragma once

#include <cstdint>

namespace uvfiles {
namespace platform {

constexpr uint32_t kExt = 0xEF53;  // ext2, ext3, ext4
constexpr uint32_t kXfs = 0x58465342;
constexpr uint32_t kBtrfs = 0x9123683E;
constexpr uint32_t kF2fs = 0xF2F52010;
constexpr uint32_t kTmpfs = 0x01021994;
constexpr uint32_t kRamfs = 0x858458f6;
constexpr uint32_t kOverlayfs = 0x794c7630;

}  // namespace platform
}  // namespace uvfiles
