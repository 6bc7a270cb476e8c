// Numbers of open files: found while open, never mistaken for one that reused the place.
#include "core/file_table.h"

#include <set>

#include "test/check.h"

namespace uvfiles {
namespace test {

TEST("finds what was added, until it is removed") {
  FileTable table;
  OpenFile* const a = table.Add(7, true, FileKind::kRegular);
  OpenFile* const b = table.Add(8, false, FileKind::kFifo);
  CHECK_EQ(table.Find(a->id), a);
  CHECK_EQ(table.Find(b->id), b);
  CHECK_EQ(a->fd, 7);
  CHECK(!b->owned);
  const uint32_t gone = a->id;
  table.Remove(a);
  CHECK(table.Find(gone) == nullptr);
  CHECK_EQ(table.Find(b->id), b);
}

TEST("an old number does not find the file that took its place") {
  FileTable table;
  std::set<uint32_t> ids;
  for (int i = 0; i < 500; i++) {
    OpenFile* const file = table.Add(i, true, FileKind::kRegular);
    CHECK(ids.insert(file->id).second);
    for (const uint32_t id : ids) CHECK_EQ(table.Find(id), id == file->id ? file : nullptr);
    table.Remove(file);
  }
}

TEST("a reused entry keeps nothing of the old file") {
  FileTable table;
  OpenFile* const file = table.Add(3, true, FileKind::kRegular);
  file->closing = true;
  file->in_flight = 5;
  table.Remove(file);
  OpenFile* const next = table.Add(4, true, FileKind::kSocket);
  CHECK(!next->closing);
  CHECK_EQ(next->in_flight, 0u);
  CHECK(next->close_operation == nullptr);
}

TEST("addresses do not change as the table grows, and every open file is visited once") {
  FileTable table;
  std::set<OpenFile*> added;
  for (int i = 0; i < 5000; i++) added.insert(table.Add(i, true, FileKind::kRegular));
  for (OpenFile* file : added) CHECK_EQ(table.Find(file->id), file);
  table.Remove(*added.begin());
  added.erase(added.begin());
  std::set<OpenFile*> seen;
  table.ForEach([&](OpenFile* file) { CHECK(seen.insert(file).second); });
  CHECK(seen == added);
}

TEST("numbers that were never given are not found") {
  FileTable table;
  CHECK(table.Find(0) == nullptr);
  table.Add(1, true, FileKind::kRegular);
  CHECK(table.Find(UINT32_MAX) == nullptr);
  CHECK(table.Find(12345) == nullptr);
}

}  // namespace test
}  // namespace uvfiles

TEST_MAIN()
