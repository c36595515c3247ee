#include "backend/sqlite/record_sink.hpp"

#include "backend/sqlite/record.hpp"

#ifdef DBMIG_OWN_SQLITE

#include <fmt/core.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/record_cursor.h"
#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// Whether SQL has one of `words` anywhere, in a comment or a text too: then it is not looked at
/// closer.
bool mentions(std::string_view sql, std::initializer_list<std::string_view> words) {
  const auto in_word = [](char c) { return ascii::is_alphanumeric(c) || c == '_'; };
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = static_cast<std::size_t>(
        std::find_if_not(sql.begin() + static_cast<std::ptrdiff_t>(at), sql.end(), in_word) -
        sql.begin());
    const std::string_view word = sql.substr(at, end - at);
    if (std::any_of(words.begin(), words.end(), [word](std::string_view one) {
          return text::equals_ignoring_case(word, one);
        })) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

Rows ask(SqliteConnection& connection, const std::string& sql, const std::string& table) {
  const Value name = table;
  return connection.query(sql, std::span(&name, 1));
}

/// The page on which the table's b-tree starts, when INSERT would only add to this b-tree.
std::optional<unsigned> plain_table(SqliteConnection& connection, const std::string& table) {
  const Rows kind = ask(connection,
                        "SELECT l.wr, l.strict, m.rootpage, m.sql FROM pragma_table_list AS l "
                        "JOIN sqlite_master AS m ON m.name = l.name WHERE l.schema = 'main' "
                        "AND l.type = 'table' AND m.type = 'table' AND l.name = ? COLLATE NOCASE",
                        table);
  if (kind.rows.size() != 1) return std::nullopt;
  const auto& row = kind.rows.front();
  if (row[0] != "0" || row[1] != "0") return std::nullopt;
  if (mentions(row[3].value_or(""), {"check", "conflict", "autoincrement"})) return std::nullopt;
  const Rows watched = ask(connection,
                           "SELECT 1 FROM pragma_index_list(?1) UNION ALL "
                           "SELECT 1 FROM pragma_foreign_key_list(?1) UNION ALL "
                           "SELECT 1 FROM sqlite_master WHERE type = 'trigger' "
                           "AND tbl_name = ?1 COLLATE NOCASE UNION ALL "
                           "SELECT 1 FROM sqlite_temp_master WHERE type = 'trigger' LIMIT 1",
                           table);
  if (!watched.rows.empty()) return std::nullopt;
  return static_cast<unsigned>(std::stoul(row[2].value_or("0")));
}

/// How rows of `columns` become records; nothing when a column needs INSERT's help.
std::optional<RecordLayout> layout_of(SqliteConnection& connection, const std::string& table,
                                      const std::vector<std::string>& columns) {
  const Rows all = ask(connection,
                       "SELECT name, type, \"notnull\", dflt_value, pk, hidden "
                       "FROM pragma_table_xinfo(?)",
                       table);
  RecordLayout layout;
  std::size_t cells = 0;
  for (const auto& row : all.rows) {
    if (row[5] != "0") return std::nullopt;  // generated
    RecordLayout::Column& column = layout.columns.emplace_back();
    column.affinity = affinity_of(row[1].value_or(""));
    column.nullable = row[2] == "0";
    // Another primary key would have an index, and the table is known to have none.
    column.is_rowid = row[4] != "0";
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

bool has_pending_foreign_keys(sqlite3* database) {
  int pending = 0;
  int unused = 0;
  sqlite3_db_status(database, SQLITE_DBSTATUS_DEFERRED_FKS, &pending, &unused, 0);
  return pending != 0;
}

class RecordSink final : public BulkSink {
 public:
  RecordSink(std::unique_ptr<BulkSink> bound, RecordLayout layout, dbmig_record_cursor* cursor,
             std::size_t columns)
      : bound_(std::move(bound)),
        layout_(std::move(layout)),
        cursor_(cursor),
        cells_(row_encoder(kCellEncoding, columns)) {}
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
  }

 private:
  int insert(const RecordReader::Row& row) {
    const auto size = static_cast<int>(row.bytes.size());
    switch (row.kind) {
      case RecordReader::Kind::numbered:
        return dbmig_record_cursor_append(cursor_, row.bytes.data(), size);
      case RecordReader::Kind::rowid:
        return dbmig_record_cursor_insert(cursor_, row.rowid, row.bytes.data(), size);
      case RecordReader::Kind::cells:
        break;
    }
    return SQLITE_CONSTRAINT;
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
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<BulkSink> make_record_sink(SqliteConnection& connection, const schema::Table& table,
                                           const std::vector<std::string>& columns) {
  sqlite3* const database = connection.native();
  if (sqlite3_txn_state(database, "main") != SQLITE_TXN_WRITE) return nullptr;
  const auto root = plain_table(connection, table.name);
  if (!root || has_pending_foreign_keys(database)) return nullptr;
  auto layout = layout_of(connection, table.name, columns);
  if (!layout) return nullptr;
  std::unique_ptr<BulkSink> bound = make_bound_sink(connection, table, columns);
  dbmig_record_cursor* cursor = nullptr;
  if (dbmig_record_cursor_open(database, *root, &cursor) != SQLITE_OK) return nullptr;
  return std::make_unique<RecordSink>(std::move(bound), std::move(*layout), cursor, columns.size());
}

}  // namespace dbmig::backend::sqlite

#else

namespace dbmig::backend::sqlite {

std::unique_ptr<BulkSink> make_record_sink(SqliteConnection&, const schema::Table&,
                                           const std::vector<std::string>&) {
  return nullptr;
}

}  // namespace dbmig::backend::sqlite

#endif
