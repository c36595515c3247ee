#include "backend/sqlite/record_sink.hpp"

#include "backend/sqlite/record.hpp"

#ifdef DBMIG_OWN_SQLITE

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/constraint_check.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/record_cursor.h"
#include "backend/sqlite/record_target.hpp"
#include "base/error.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// See dbmig_record_cursor_open().
constexpr std::int64_t kNoneUsed = std::numeric_limits<std::int64_t>::min();

/// Whether INSERT would see to something beside the table's b-tree and what is left out.
bool is_watched(SqliteConnection& connection, const std::string& table, const LeftOut& left_out) {
  const std::vector<std::string>& indexes = left_out.indexes;
  const Rows found = query_about(connection, "SELECT name FROM pragma_index_list(?)", table);
  const bool has_others = std::any_of(found.rows.begin(), found.rows.end(), [&](const auto& row) {
    return std::find(indexes.begin(), indexes.end(), row[0].value_or("")) == indexes.end();
  });
  if (has_others) return true;
  return !left_out.constraints && has_row_constraints(connection, table);
}

/// Keeps the largest rowid that an AUTOINCREMENT table has ever had, as INSERT does.
class Sequence {
 public:
  Sequence(SqliteConnection& connection, std::string table, std::int64_t used)
      : connection_(connection), table_(std::move(table)), used_(used) {}

  void raise(std::int64_t rowid) {
    if (is_known_ && rowid <= used_) return;
    used_ = std::max(used_, rowid);
    const std::vector<Value> values{std::to_string(used_), table_};
    const std::size_t changed = connection_.execute(
        "UPDATE main.sqlite_sequence SET seq = max(seq, CAST(?1 AS INTEGER)) WHERE name = ?2",
        values);
    if (changed == 0) {
      connection_.execute(
          "INSERT INTO main.sqlite_sequence (name, seq) VALUES (?2, CAST(?1 AS INTEGER))", values);
    }
    is_known_ = true;
  }

 private:
  SqliteConnection& connection_;
  std::string table_;
  std::int64_t used_;
  bool is_known_ = false;  ///< to the database
};

class RecordSink final : public BulkSink {
 public:
  RecordSink(std::unique_ptr<BulkSink> bound, RecordLayout layout, dbmig_record_cursor* cursor,
             std::size_t columns, std::unique_ptr<Sequence> sequence)
      : bound_(std::move(bound)),
        layout_(std::move(layout)),
        cursor_(cursor),
        cells_(row_encoder(kCellEncoding, columns)),
        sequence_(std::move(sequence)) {}
  ~RecordSink() override { dbmig_record_cursor_close(cursor_); }
  RecordSink(const RecordSink&) = delete;
  RecordSink& operator=(const RecordSink&) = delete;

  std::string encoding() const override { return layout_.name(); }
  bool refused_rows_take_numbers() const override { return false; }
  std::uint64_t rows() const override { return rows_ + bound_->rows(); }
  /// The cursor has to be gone before indexes are built.
  void finish() override {
    dbmig_record_cursor_close(cursor_);
    cursor_ = nullptr;
  }

  void write(std::span<const char> batch, const RefusedRow& refused) override {
    RecordReader reader(batch);
    for (std::size_t i = 0; i < reader.rows(); ++i) {
      const RecordReader::Row row = reader.next();
      const int result = insert(row);
      if (result == SQLITE_OK) {
        ++rows_;
      } else if (result == SQLITE_CONSTRAINT || result == SQLITE_TOOBIG) {
        // The statement says what is wrong in SQLite's words, or finds a way.
        write_bound(row, [&](std::size_t, const Error& error) { refused(i, error); });
      } else {
        throw translate(result, sqlite3_errstr(result), {});
      }
    }
    if (sequence_ != nullptr && rows_ != 0) sequence_->raise(largest_);
  }

 private:
  int insert(const RecordReader::Row& row) {
    const auto size = static_cast<int>(row.bytes.size());
    sqlite3_int64 rowid = row.rowid;
    int result = SQLITE_CONSTRAINT;
    switch (row.kind) {
      case RecordReader::Kind::numbered:
        result = dbmig_record_cursor_append(cursor_, row.bytes.data(), size, &rowid);
        break;
      case RecordReader::Kind::rowid:
        result = dbmig_record_cursor_insert(cursor_, rowid, row.bytes.data(), size);
        break;
      case RecordReader::Kind::cells:
        return SQLITE_CONSTRAINT;
    }
    if (result == SQLITE_OK) largest_ = std::max<std::int64_t>(largest_, rowid);
    return result;
  }

  void write_bound(const RecordReader::Row& row, const RefusedRow& refused) {
    cells_->clear();
    cells_->add(cells_of(row, layout_));
    bound_->write(cells_->batch(), refused);
    const int result = dbmig_record_cursor_refresh(cursor_);
    if (result != SQLITE_OK) throw translate(result, sqlite3_errstr(result), {});
  }

  std::unique_ptr<BulkSink> bound_;
  RecordLayout layout_;
  dbmig_record_cursor* cursor_;
  std::unique_ptr<RowEncoder> cells_;
  std::unique_ptr<Sequence> sequence_;
  std::int64_t largest_ = 0;  ///< rowid
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<BulkSink> make_record_sink(SqliteConnection& connection, const schema::Table& table,
                                           const std::vector<std::string>& columns,
                                           const LeftOut& left_out) {
  sqlite3* const database = connection.native();
  if (sqlite3_txn_state(database, "main") != SQLITE_TXN_WRITE) return nullptr;
  const auto root = root_of_plain_table(connection, table.name);
  if (!root || is_watched(connection, table.name, left_out) || has_missing_parents(connection)) {
    return nullptr;
  }
  auto layout = layout_of(connection, table.name, columns);
  if (!layout) return nullptr;
  std::unique_ptr<BulkSink> bound = make_bound_sink(connection, table, columns);
  std::int64_t used = kNoneUsed;
  std::unique_ptr<Sequence> sequence;
  if (is_autoincrement(connection, table.name)) {
    const auto known = used_rowid(connection, table.name);
    if (!known) return nullptr;
    used = *known;
    sequence = std::make_unique<Sequence>(connection, table.name, used);
  }
  dbmig_record_cursor* cursor = nullptr;
  const int result = dbmig_record_cursor_open(database, *root, used, &cursor);
  if (result != SQLITE_OK) return nullptr;
  return std::make_unique<RecordSink>(std::move(bound), std::move(*layout), cursor, columns.size(),
                                      std::move(sequence));
}

}  // namespace dbmig::backend::sqlite

#else

namespace dbmig::backend::sqlite {

std::unique_ptr<BulkSink> make_record_sink(SqliteConnection&, const schema::Table&,
                                           const std::vector<std::string>&, const LeftOut&) {
  return nullptr;
}

}  // namespace dbmig::backend::sqlite

#endif
