#pragma once

namespace uvfiles {
namespace platform {

// Mounts have changed: the numbers of devices may belong to others now.
void forget_devices();

}  // namespace platform
}  // namespace uvfiles
