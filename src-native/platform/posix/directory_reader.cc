#include "platform/posix/directory_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "platform/posix/retry.h"

namespace uvfiles {

EntryType EntryTypeOfMode(uint32_t mode) {
  const mode_t bits = static_cast<mode_t>(mode);
  if (S_ISREG(bits)) return EntryType::kFile;
  if (S_ISDIR(bits)) return EntryType::kDirectory;
  if (S_ISLNK(bits)) return EntryType::kLink;
  if (S_ISFIFO(bits)) return EntryType::kFifo;
  if (S_ISSOCK(bits)) return EntryType::kSocket;
  if (S_ISCHR(bits)) return EntryType::kCharacter;
  if (S_ISBLK(bits)) return EntryType::kBlock;
  return EntryType::kUnknown;
}

EntryType DirectoryReader::TypeOf(const DirectoryEntry& entry) const {
  if (entry.type != EntryType::kUnknown) return entry.type;
  struct stat found;
  const int directory = fd();
  const int code =
      Retrying([&] { return ::fstatat(directory, entry.name, &found, AT_SYMLINK_NOFOLLOW); });
  return code < 0 ? EntryType::kUnknown : EntryTypeOfMode(found.st_mode);
}

}  // namespace uvfiles
