// Numbers of open files: found while open, never mistaken for one that reused the place.
#include "core/file_table.h"

#include <set>

#include "test/check.h"

namespace uvfiles {
namespace test {

TEST("finds what was added, until it is removed") {
  FileTable table;
  OpenFile* const a = table.add(7, true, FileKind::kRegular);
  OpenFile* const b = table.add(8, false, FileKind::kFifo);
  CHECK_EQ(table.find(a->id), a);
  CHECK_EQ(table.find(b->id), b);
  CHECK_EQ(a->fd, 7);
  CHECK(!b->owned);
  const uint32_t gone = a->id;
  table.remove(a);
  CHECK(table.find(gone) == nullptr);
  CHECK_EQ(table.find(b->id), b);
}

TEST("an old number does not find the file that took its place") {
  FileTable table;
  std::set<uint32_t> ids;
  for (int i = 0; i < 500; i++) {
    OpenFile* const file = table.add(i, true, FileKind::kRegular);
    CHECK(ids.insert(file->id).second);
    for (const uint32_t id : ids) CHECK_EQ(table.find(id), id == file->id ? file : nullptr);
    table.remove(file);
  }
}

TEST("a reused entry remembers nothing") {
  FileTable table;
  OpenFile* const file = table.add(3, true, FileKind::kRegular);
  file->closing = true;
  file->in_flight = 5;
  table.remove(file);
  OpenFile* const next = table.add(4, true, FileKind::kSocket);
  CHECK(!next->closing);
  CHECK_EQ(next->in_flight, 0u);
  CHECK(next->close_operation == nullptr);
}

TEST("addresses stay as the table grows, and every open file is visited once") {
  FileTable table;
  std::set<OpenFile*> added;
  for (int i = 0; i < 5000; i++) added.insert(table.add(i, true, FileKind::kRegular));
  for (OpenFile* file : added) CHECK_EQ(table.find(file->id), file);
  table.remove(*added.begin());
  added.erase(added.begin());
  std::set<OpenFile*> seen;
  table.for_each([&](OpenFile* file) { CHECK(seen.insert(file).second); });
  CHECK(seen == added);
}

TEST("numbers that never were are found nowhere") {
  FileTable table;
  CHECK(table.find(0) == nullptr);
  table.add(1, true, FileKind::kRegular);
  CHECK(table.find(UINT32_MAX) == nullptr);
  CHECK(table.find(12345) == nullptr);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
