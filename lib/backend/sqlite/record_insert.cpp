#include "backend/sqlite/record_insert.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "backend/sqlite/bulk.hpp"
#include "backend/sqlite/bulk_command.hpp"
#include "backend/sqlite/constraint_check.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/record.hpp"
#include "backend/sqlite/record_table.hpp"
#include "backend/sqlite/record_target.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::backend::sqlite {
namespace {

using RowKind = RecordReader::Kind;
/// After a row that must go as its values, the next ones do, too: switching for every few rows
/// would be slower.
constexpr std::size_t kCellsTogether = 64;
/// Rows of a statement: limited after a row was refused, as all of them are written again then.
constexpr std::size_t kFewRecords = 256;
constexpr std::size_t kMostRecords = 1U << 20U;
constexpr std::int64_t kLargestRowid = std::numeric_limits<std::int64_t>::max();

const char* type_of(Affinity affinity) {
  switch (affinity) {
    case Affinity::text:
      return "TEXT";
    case Affinity::numeric:
      return "NUMERIC";
    case Affinity::integer:
      return "INTEGER";
    case Affinity::real:
      return "REAL";
    case Affinity::blob:
      break;
  }
  return "BLOB";
}

/// COLLATE as SQLite has it in its schema: "BINARY" is mostly left out there, which is not the same
/// to it.
std::string collation_of(SqliteConnection& connection, const std::string& table,
                         const std::string& column) {
  const char* name = nullptr;
  sqlite3_table_column_metadata(connection.native(), "main", table.c_str(), column.c_str(), nullptr,
                                &name, nullptr, nullptr, nullptr);
  if (name == nullptr || text::equals_ignoring_case(name, "BINARY")) return "";
  return " COLLATE " + connection.dialect().quote_identifier(name);
}

/// The columns of `table` as SQLite compares them before it copies records. Without CHECK, UNIQUE
/// and foreign keys, so that it sees that it has to check them.
std::string columns_of(SqliteConnection& connection, const std::string& table,
                       const RecordLayout& layout) {
  const Rows found =
      query_about(connection, "SELECT name, dflt_value FROM pragma_table_xinfo(?)", table);
  const dialect::Dialect& dialect = connection.dialect();
  std::string columns;
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const RecordLayout::Column& column = layout.columns[i];
    const std::string name = found.rows.at(i).at(0).value_or("");
    const Value& default_value = found.rows.at(i).at(1);
    columns +=
        fmt::format("{}{} {}{}{}{}{}", i == 0 ? "" : ", ", dialect.quote_identifier(name),
                    type_of(column.affinity), column.is_rowid ? " PRIMARY KEY" : "",
                    column.nullable ? "" : " NOT NULL", collation_of(connection, table, name),
                    default_value ? fmt::format(" DEFAULT ({})", *default_value) : "");
  }
  return columns;
}

class RecordInsertSink final : public BulkSink {
 public:
  RecordInsertSink(SqliteConnection& connection, const schema::Table& table,
                   const std::vector<std::string>& columns, RecordLayout layout,
                   std::size_t copies_from)
      : connection_(connection),
        table_(table.name),
        layout_(std::move(layout)),
        copies_from_(copies_from),
        bound_(make_bound_sink(connection, table, columns)),
        cells_(row_encoder(kCellEncoding, columns.size())),
        target_("main." + connection.dialect().quote_identifier(table_)),
        all_or_nothing_(connection.native()),
        max_record_(std::min(
            RecordTable::max_record(),
            static_cast<std::size_t>(sqlite3_limit(connection.native(), SQLITE_LIMIT_LENGTH, -1)))),
        is_parent_(has_children(connection, table_)),
        is_autoincrement_(is_autoincrement(connection, table_)) {
    const bool has_rowid = std::any_of(layout_.columns.begin(), layout_.columns.end(),
                                       [](const auto& column) { return column.is_rowid; });
    if (has_rowid) {
      rowid_ = connection.dialect().quote_identifier(first_key_column(connection, table_));
    }
  }

  std::string encoding() const override { return layout_.name(); }
  bool refused_rows_take_numbers() const override { return false; }
  std::uint64_t rows() const override { return rows_ + bound_->rows(); }

  void write(std::span<const char> batch, const RefusedRow& refused) override {
    RecordReader reader(batch);
    // Others may have added rows since the last batch.
    last_.reset();
    if (records_ != nullptr) records_->clear();
    cells_->clear();
    cell_rows_ = 0;
    seen_ += reader.rows();
    std::size_t as_cells_until = may_copy() ? 0 : reader.rows();
    for (std::size_t i = 0; i < reader.rows(); ++i) {
      const RecordReader before = reader;
      const RecordReader::Row row = reader.next();
      if (i >= as_cells_until && is_record(row)) {
        write_cells(refused);
        if (records_->rows() == 0) waiting_ = before;
        if (records_->rows() < most_rows_ && add(row)) continue;
        insert_waiting(i, refused);
        waiting_ = before;
        if (add(row)) continue;
      }
      if (i >= as_cells_until) as_cells_until = i + kCellsTogether;
      insert_waiting(i, refused);
      if (cell_rows_++ == 0) first_cells_ = i;
      cells_->add(cells_of(row, layout_));
    }
    insert_waiting(reader.rows(), refused);
    write_cells(refused);
  }

 private:
  /// Whether statements may read records; sets them up.
  bool may_copy() {
    // Copied records would not be counted as the parents that rows of other tables wait for.
    if (seen_ < copies_from_ || (is_parent_ && has_missing_parents(connection_))) return false;
    if (records_ == nullptr && !is_impossible_) {
      try {
        records_ = RecordTable::make(connection_, columns_of(connection_, table_, layout_));
        if (records_ != nullptr) {
          insert_ = std::make_unique<Command>(
              connection_.native(),
              fmt::format("INSERT INTO {} SELECT * FROM {}", target_, RecordTable::name()));
        }
      } catch (const Error&) {
        // For one, another table refers to columns that are not unique, which SQLite says only to a
        // statement of many rows.
      }
      is_impossible_ = insert_ == nullptr;
      if (is_impossible_) records_.reset();
    }
    return records_ != nullptr;
  }
  bool is_record(const RecordReader::Row& row) const {
    return row.kind != RowKind::cells && row.bytes.size() <= max_record_;
  }
  /// False if the row must wait until the others are in the table, or cannot go this way at all.
  bool add(const RecordReader::Row& row) {
    if (rowid_.empty()) return records_->add(0, row.bytes);
    if (row.kind == RowKind::rowid) {
      if (!records_->add(row.rowid, row.bytes)) return false;
      if (last_) last_ = std::max(*last_, row.rowid);
      return true;
    }
    if (!last_) {
      if (records_->rows() != 0) return false;
      last_ = last_rowid();
    }
    // When the largest rowid is taken, INSERT looks for a free one.
    if (!last_ || *last_ == kLargestRowid || !records_->add(*last_ + 1, row.bytes)) return false;
    ++*last_;
    return true;
  }

  /// What INSERT counts on from; nothing if only SQLite knows.
  std::optional<std::int64_t> last_rowid() {
    const Rows found = connection_.query(fmt::format("SELECT max({}) FROM {}", rowid_, target_));
    const Value& largest = found.rows.at(0).at(0);
    const std::optional<std::int64_t> used =
        is_autoincrement_ ? used_rowid(connection_, table_) : std::nullopt;
    if (is_autoincrement_ && !used) return std::nullopt;
    const std::int64_t last = largest ? std::stoll(*largest) : 0;
    return used ? std::max(last, *used) : last;
  }

  /// The rows of the batch before `end` that are not in the table yet.
  void insert_waiting(std::size_t end, const RefusedRow& refused) {
    const std::size_t count = records_ == nullptr ? 0 : records_->rows();
    if (count == 0) return;
    records_->show();
    const int result = all_or_nothing_([this] { return insert_->run(); });
    records_->clear();
    if (result == SQLITE_DONE) {
      rows_ += count;
      most_rows_ = std::min(2 * most_rows_, kMostRecords);
      return;
    }
    if (!is_fault_of_row(result)) throw translate(result, insert_->message(), {});
    // With their values it is found out which row it is, and where one is refused, more may follow.
    most_rows_ = kFewRecords;
    first_cells_ = end - count;
    for (; cell_rows_ < count; ++cell_rows_) cells_->add(cells_of(waiting_->next(), layout_));
    write_cells(refused);
  }

  void write_cells(const RefusedRow& refused) {
    if (cell_rows_ == 0) return;
    bound_->write(cells_->batch(),
                  [&](std::size_t row, const Error& error) { refused(first_cells_ + row, error); });
    cells_->clear();
    cell_rows_ = 0;
    last_.reset();
  }

  SqliteConnection& connection_;
  std::string table_;
  RecordLayout layout_;
  std::size_t copies_from_;  ///< from that many rows on records are copied
  std::size_t seen_ = 0;     ///< rows so far
  bool is_impossible_ = false;
  std::unique_ptr<RecordTable> records_;  ///< null until there are that many
  std::unique_ptr<Command> insert_;       ///< reads it
  std::unique_ptr<BulkSink> bound_;
  std::unique_ptr<RowEncoder> cells_;
  std::size_t cell_rows_ = 0;    ///< in `cells_`
  std::size_t first_cells_ = 0;  ///< the first of them in the batch
  std::string target_;           ///< the table as SQL
  AllOrNothing all_or_nothing_;
  std::size_t max_record_;                ///< in bytes
  std::size_t most_rows_ = kMostRecords;  ///< of the next statement
  std::string rowid_;  ///< the INTEGER PRIMARY KEY as SQL; empty if there is none
  bool is_parent_;     ///< of rows of another table
  bool is_autoincrement_;
  std::optional<RecordReader> waiting_;  ///< in front of the first row that waits
  std::optional<std::int64_t> last_;     ///< rowid that INSERT counts on from, if it is known
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<BulkSink> make_record_insert_sink(SqliteConnection& connection,
                                                  const schema::Table& table,
                                                  const std::vector<std::string>& columns,
                                                  std::size_t copies_from) {
  if (!RecordTable::is_possible(connection) || !root_of_plain_table(connection, table.name) ||
      has_parents_and_children(connection, table.name)) {
    return nullptr;
  }
  auto layout = layout_of(connection, table.name, columns);
  if (!layout) return nullptr;
  return std::make_unique<RecordInsertSink>(connection, table, columns, std::move(*layout),
                                            copies_from);
}

}  // namespace dbmig::backend::sqlite
