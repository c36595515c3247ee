#include "backend/sqlite/record_sink.hpp"

#include "backend/sqlite/record.hpp"

#ifdef DBMIG_OWN_SQLITE

#include <fmt/core.h>

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
#include "base/error.hpp"
#include "base/text.hpp"

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
  if (!left_out.constraints && has_row_constraints(connection, table)) return true;
  return !query_about(connection,
                      "SELECT 1 FROM sqlite_master WHERE type = 'trigger' "
                      "AND tbl_name = ?1 COLLATE NOCASE UNION ALL "
                      "SELECT 1 FROM sqlite_temp_master WHERE type = 'trigger' LIMIT 1",
                      table)
              .rows.empty();
}

/// The page on which the table's b-tree starts, when INSERT would only add to this b-tree.
std::optional<unsigned> plain_table(SqliteConnection& connection, const std::string& table,
                                    const LeftOut& left_out) {
  const Rows kind =
      query_about(connection,
                  "SELECT l.wr, l.strict, m.rootpage, m.sql FROM pragma_table_list AS l "
                  "JOIN sqlite_master AS m ON m.name = l.name WHERE l.schema = 'main' "
                  "AND l.type = 'table' AND m.type = 'table' AND l.name = ? COLLATE NOCASE",
                  table);
  if (kind.rows.size() != 1) return std::nullopt;
  const auto& row = kind.rows.front();
  if (row[0] != "0" || row[1] != "0") return std::nullopt;
  if (mentions(row[3].value_or(""), {"conflict"})) return std::nullopt;
  if (is_watched(connection, table, left_out)) return std::nullopt;
  return static_cast<unsigned>(std::stoul(row[2].value_or("0")));
}

/// How rows of `columns` become records; nothing when a column needs INSERT's help.
std::optional<RecordLayout> layout_of(SqliteConnection& connection, const std::string& table,
                                      const std::vector<std::string>& columns) {
  const Rows all = query_about(connection,
                               "SELECT name, type, \"notnull\", dflt_value, pk, hidden "
                               "FROM pragma_table_xinfo(?)",
                               table);
  // Another primary key than the rowid has an index.
  const bool has_rowid =
      query_about(connection, "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", table)
          .rows.empty();
  RecordLayout layout;
  std::size_t cells = 0;
  for (const auto& row : all.rows) {
    if (row[5] != "0") return std::nullopt;  // generated
    RecordLayout::Column& column = layout.columns.emplace_back();
    column.affinity = affinity_of(row[1].value_or(""));
    column.nullable = row[2] == "0";
    column.is_rowid = has_rowid && row[4] != "0";
    const auto given = std::find(columns.begin(), columns.end(), row[0].value_or(""));
    if (given != columns.end()) {
      column.cell = static_cast<std::size_t>(given - columns.begin());
      ++cells;
    } else if (!column.is_rowid && (!column.nullable || row[3].has_value())) {
      return std::nullopt;
    }
  }
  if (cells != columns.size()) return std::nullopt;
  return layout;
}

/// Whether `table` gives a rowid only once (AUTOINCREMENT).
bool is_autoincrement(SqliteConnection& connection, const std::string& table) {
  const Rows keys =
      query_about(connection, "SELECT name FROM pragma_table_info(?) WHERE pk = 1", table);
  if (keys.rows.empty()) return false;
  int counts = 0;
  const int result = sqlite3_table_column_metadata(connection.native(), "main", table.c_str(),
                                                   keys.rows[0][0].value_or("").c_str(), nullptr,
                                                   nullptr, nullptr, nullptr, &counts);
  return result == SQLITE_OK && counts != 0;
}

/// The largest rowid that an AUTOINCREMENT table has ever had; nothing if somebody else has written
/// what only SQLite writes.
std::optional<std::int64_t> used_rowid(SqliteConnection& connection, const std::string& table) {
  const Rows used = query_about(
      connection, "SELECT seq, typeof(seq) FROM main.sqlite_sequence WHERE name = ?", table);
  if (used.rows.empty()) return 0;
  if (used.rows.size() > 1 || used.rows[0][1] != "integer") return std::nullopt;
  const std::int64_t largest = std::stoll(used.rows[0][0].value_or("0"));
  return largest < 0 ? std::nullopt : std::optional(largest);
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
  const auto root = plain_table(connection, table.name, left_out);
  if (!root || has_missing_parents(connection)) return nullptr;
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
