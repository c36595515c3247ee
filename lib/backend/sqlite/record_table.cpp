#include "backend/sqlite/record_table.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "backend/sqlite/file_format.hpp"
#include "backend/sqlite/session.hpp"
#include "base/error.hpp"

// The pages of a b-tree of rowids: https://www.sqlite.org/fileformat2.html#b_tree_pages
namespace dbmig::backend::sqlite {
namespace {

constexpr const char* kSchema = "dbmig_records";
constexpr std::size_t kPageSize = 65536;
/// Pages with rows: more than a processor's cache holds would be slower.
constexpr std::size_t kMaxLeaves = 8;
constexpr std::size_t kRoot = 2;  ///< page 1 holds the schema
constexpr std::size_t kFirstLeaf = 3;
constexpr std::size_t kPages = kRoot + kMaxLeaves;
constexpr std::size_t kSize = kPages * kPageSize;

constexpr char kLeafType = 13;
constexpr char kInteriorType = 5;
constexpr std::size_t kLeafHead = 8;
constexpr std::size_t kInteriorHead = 12;
constexpr std::size_t kLastChildAt = 8;
constexpr std::size_t kPointer = 2;
/// A longer record would have to continue on pages of its own.
constexpr std::size_t kMaxRecord = kPageSize - 35;

/// Where the file's head, in page 1, has the number of pages.
constexpr std::size_t kPageCountAt = 28;

struct FreeMemory {
  void operator()(unsigned char* memory) const { sqlite3_free(memory); }
};
using Memory = std::unique_ptr<unsigned char, FreeMemory>;

/// The first two pages as SQLite itself makes them. Throws Error.
Memory make_pages(const std::string& columns) {
  Session session(":memory:");
  session.execute(fmt::format("PRAGMA page_size = {}", kPageSize));
  session.execute(fmt::format("CREATE TABLE r ({})", columns));
  sqlite3_int64 size = 0;
  const Memory made(sqlite3_serialize(session.native(), "main", &size, 0));
  Memory pages(static_cast<unsigned char*>(sqlite3_malloc64(kSize)));
  if (made == nullptr || pages == nullptr || size != kRoot * kPageSize) return nullptr;
  std::memset(pages.get(), 0, kSize);
  std::memcpy(pages.get(), made.get(), kRoot * kPageSize);
  put_big_endian(reinterpret_cast<char*>(pages.get()) + kPageCountAt, kPages, 4);
  return pages;
}

/// What the connection has under that name; `foreign` is an application's.
enum class Attached { nothing, unused, in_use, foreign };

Attached attached(sqlite3* database) {
  sqlite3_int64 size = 0;
  sqlite3_serialize(database, kSchema, &size, SQLITE_SERIALIZE_NOCOPY);
  if (size < 0) return Attached::nothing;
  char* name = nullptr;
  sqlite3_file_control(database, kSchema, SQLITE_FCNTL_VFSNAME, &name);
  const bool is_own = name != nullptr && std::string_view(name).starts_with("memdb");
  sqlite3_free(name);
  if (!is_own) return Attached::foreign;
  return size == static_cast<sqlite3_int64>(kSize) ? Attached::in_use : Attached::unused;
}

void put_head(char* page, char type, std::size_t cells, std::size_t content) {
  page[0] = type;
  put_big_endian(page + 1, 0, 2);
  put_big_endian(page + 3, cells, 2);
  put_big_endian(page + 5, content % kPageSize, 2);
  page[7] = 0;
}

}  // namespace

bool RecordTable::is_possible(SqliteConnection& connection) {
  const auto setting = [&](const char* name) {
    return connection.query(fmt::format("PRAGMA {}", name)).rows.at(0).at(0);
  };
  const Attached before = attached(connection.native());
  return (before == Attached::nothing || before == Attached::unused) &&
         setting("encoding") == "UTF-8" && setting("reverse_unordered_selects") == "0";
}

std::unique_ptr<RecordTable> RecordTable::make(SqliteConnection& connection,
                                               const std::string& columns) {
  sqlite3* const database = connection.native();
  try {
    if (!is_possible(connection)) return nullptr;
    Memory pages = make_pages(columns);
    if (pages == nullptr) return nullptr;
    if (attached(database) == Attached::nothing) {
      connection.execute(fmt::format("ATTACH ':memory:' AS {}", kSchema));
    }
    std::unique_ptr<RecordTable> table(
        new RecordTable(connection, reinterpret_cast<char*>(pages.get())));
    // It frees them, even if it fails.
    const int result = sqlite3_deserialize(database, kSchema, pages.release(), kSize, kSize,
                                           SQLITE_DESERIALIZE_FREEONCLOSE);
    if (result != SQLITE_OK) return nullptr;
    connection.execute(fmt::format("PRAGMA {}.mmap_size = {}", kSchema, kSize));
    return table->is_read_anew() ? std::move(table) : nullptr;
  } catch (const Error&) {
    return nullptr;
  }
}

RecordTable::~RecordTable() {
  try {
    connection_.execute(fmt::format("DETACH {}", kSchema));
  } catch (...) {
    // Mostly because an open transaction has read it. An empty database takes its place, until the
    // next table or the end of the connection.
    sqlite3_deserialize(connection_.native(), kSchema, nullptr, 0, 0,
                        SQLITE_DESERIALIZE_RESIZEABLE | SQLITE_DESERIALIZE_FREEONCLOSE);
  }
}

/// Whether a statement sees what was written since the last one.
bool RecordTable::is_read_anew() {
  // One column, NULL; the others are missing, which means the same.
  constexpr std::array<char, 2> kRecord = {2, 0};
  for (const char* const expected : {"1", "2"}) {
    add(0, kRecord);
    show();
    const Rows found = connection_.query(fmt::format("SELECT count(*) FROM {}", name()));
    if (found.rows.at(0).at(0) != expected) return false;
  }
  clear();
  return true;
}

char* RecordTable::page(std::size_t number) const {
  return pages_ + (number - 1) * kPageSize;
}

std::size_t RecordTable::max_record() {
  return kMaxRecord;
}

bool RecordTable::add(std::int64_t rowid, std::span<const char> record) {
  std::array<char, 2 * kMaxVarint> head;
  char* end = put_varint(head.data(), record.size());
  end = put_varint(end, static_cast<std::uint64_t>(rowid));
  const auto head_size = static_cast<std::size_t>(end - head.data());
  const std::size_t size = head_size + record.size();
  if (leaves_ == 0 || kLeafHead + (leaf_rows_ + 1) * kPointer + size > content_) {
    if (leaves_ == kMaxLeaves) return false;
    end_leaf();
    ++leaves_;
    leaf_rows_ = 0;
    content_ = kPageSize;
  }
  char* const leaf = page(kFirstLeaf + leaves_ - 1);
  content_ -= size;
  std::memcpy(leaf + content_, head.data(), head_size);
  std::memcpy(leaf + content_ + head_size, record.data(), record.size());
  put_big_endian(leaf + kLeafHead + leaf_rows_ * kPointer, content_, kPointer);
  ++leaf_rows_;
  ++rows_;
  return true;
}

void RecordTable::end_leaf() {
  if (leaves_ != 0) put_head(page(kFirstLeaf + leaves_ - 1), kLeafType, leaf_rows_, content_);
}

void RecordTable::show() {
  end_leaf();
  char* const root = page(kRoot);
  if (leaves_ == 0) return put_head(root, kLeafType, 0, kPageSize);
  // A single leaf is the root itself.
  if (leaves_ == 1) {
    std::memcpy(root, page(kFirstLeaf), kPageSize);
    return;
  }
  std::size_t content = kPageSize;
  for (std::size_t i = 0; i + 1 < leaves_; ++i) {
    // A key below which the page's rowids are; it is read by searches only, and there are none.
    std::array<char, 4 + kMaxVarint> cell;
    const char* const end =
        put_varint(put_big_endian(cell.data(), kFirstLeaf + i, 4), static_cast<std::uint64_t>(i));
    const auto size = static_cast<std::size_t>(end - cell.data());
    content -= size;
    std::memcpy(root + content, cell.data(), size);
    put_big_endian(root + kInteriorHead + i * kPointer, content, kPointer);
  }
  put_head(root, kInteriorType, leaves_ - 1, content);
  put_big_endian(root + kLastChildAt, kFirstLeaf + leaves_ - 1, 4);
}

void RecordTable::clear() {
  leaves_ = 0;
  rows_ = 0;
}

}  // namespace dbmig::backend::sqlite
