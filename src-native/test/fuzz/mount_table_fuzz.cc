// Any text as /proc/self/mountinfo: nothing is read out of bounds, and a path is found in a mount that it lies below.
#include <string_view>

#include "platform/linux/mount_table.h"
#include "test/fuzz/fuzz.h"

using uvfiles::platform::MountTable;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto table = MountTable::Parse(text);
  const std::string_view all = text;
  for (size_t at = all.find('/'); at != std::string_view::npos; at = all.find('/', at + 1)) {
    const std::string_view path = all.substr(at, all.find_first_of(" \n", at) - at);
    const MountTable::Mount* const mount = table->Find(path);
    if (mount == nullptr) continue;
    const std::string& root = mount->root;
    CHECK_THAT(path.substr(0, root.size()) == root);
    CHECK_THAT(path.size() == root.size() || path[root.size()] == '/');
  }
  return 0;
}
