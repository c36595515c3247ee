#include "backend/sqlite/bulk.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <utility>

#include "backend/sqlite/constraint_check.hpp"
#include "backend/sqlite/deferred_indexes.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/record_sink.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/conflict_clause.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// Rows of one INSERT statement: more than this gains nothing.
constexpr std::size_t kMaxRows = 64;

using Row = std::vector<Cell>;

/// A prepared INSERT of a fixed number of rows.
class Insert {
 public:
  Insert(sqlite3* database, const std::string& sql) : database_(database) {
    const int result = sqlite3_prepare_v3(database, sql.c_str(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (result != SQLITE_OK) throw last_error(database, sql);
  }
  ~Insert() { sqlite3_finalize(statement_); }
  Insert(const Insert&) = delete;
  Insert& operator=(const Insert&) = delete;

  /// Binds and runs. SQLITE_DONE, or the extended result code of the failure.
  int run(const Cell* cells, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bind(static_cast<int>(i + 1), cells[i]);
    const int result = sqlite3_step(statement_);
    const int failure = result == SQLITE_DONE ? SQLITE_DONE : sqlite3_extended_errcode(database_);
    if (failure != SQLITE_DONE) message_ = sqlite3_errmsg(database_);
    sqlite3_reset(statement_);
    return failure;
  }

  /// SQLite's words on the last failure.
  const std::string& message() const { return message_; }

 private:
  void bind(int index, const Cell& cell) {
    int result = SQLITE_OK;
    switch (cell.kind) {
      case Cell::Kind::null:
        result = sqlite3_bind_null(statement_, index);
        break;
      case Cell::Kind::integer:
      case Cell::Kind::unsigned_integer:
        result = sqlite3_bind_int64(statement_, index, cell.integer);
        break;
      case Cell::Kind::real:
        result = sqlite3_bind_double(statement_, index, cell.real);
        break;
      // Without a copy: the batch outlives the statement's run.
      case Cell::Kind::text:
        result = sqlite3_bind_text64(statement_, index, data(cell), cell.bytes.size(),
                                     SQLITE_STATIC, SQLITE_UTF8);
        break;
      case Cell::Kind::blob:
        result =
            sqlite3_bind_blob64(statement_, index, data(cell), cell.bytes.size(), SQLITE_STATIC);
        break;
    }
    if (result != SQLITE_OK) throw last_error(database_, {});
  }

  /// A null pointer would be bound as NULL.
  static const char* data(const Cell& cell) {
    return cell.bytes.data() != nullptr ? cell.bytes.data() : "";
  }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  std::string message_;
};

/// What stands behind the rows. Without a target it is about every unique constraint of the table:
/// https://www.sqlite.org/lang_upsert.html
std::string conflict_clause(const dialect::Dialect& dialect,
                            const std::vector<std::string>& columns, OnDuplicate on_duplicate) {
  if (on_duplicate == OnDuplicate::skip) return " ON CONFLICT DO NOTHING";
  if (on_duplicate != OnDuplicate::update) return "";
  std::string sets;
  for (const std::string& column : columns) {
    const std::string name = dialect.quote_identifier(column);
    sets += fmt::format("{}{} = excluded.{}", sets.empty() ? "" : ", ", name, name);
  }
  return " ON CONFLICT DO UPDATE SET " + sets;
}

std::string insert_sql(const dialect::Dialect& dialect, const std::string& table,
                       const std::vector<std::string>& columns, std::size_t rows,
                       OnDuplicate on_duplicate) {
  std::string names;
  std::string one;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + dialect.quote_identifier(column);
    one += one.empty() ? "(?" : ",?";
  }
  one += ')';
  std::string sql = fmt::format("{} INTO {} ({}) VALUES {}",
                                on_duplicate == OnDuplicate::replace ? "REPLACE" : "INSERT",
                                dialect.quote_identifier(table), names, one);
  for (std::size_t i = 1; i < rows; ++i) sql += "," + one;
  return sql + conflict_clause(dialect, columns, on_duplicate);
}

bool refers_to_itself(const schema::Table& table) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [&](const schema::ForeignKey& key) {
                       return text::equals_ignoring_case(key.referenced_table, table.name);
                     });
}

bool is_fault_of_row(int code) {
  const int primary = code & 0xFF;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG;
}

class SqliteBulkSink final : public BulkSink {
 public:
  SqliteBulkSink(SqliteConnection& connection, const schema::Table& table,
                 const std::vector<std::string>& columns, OnDuplicate on_duplicate)
      : database_(connection.native()),
        on_duplicate_(on_duplicate),
        width_(columns.size()),
        one_sql_(insert_sql(connection.dialect(), table.name, columns, 1, on_duplicate)),
        one_(database_, one_sql_) {
    const auto variables =
        static_cast<std::size_t>(sqlite3_limit(database_, SQLITE_LIMIT_VARIABLE_NUMBER, -1));
    rows_per_statement_ = std::clamp<std::size_t>(variables / width_, 1, kMaxRows);
    const Value name = table.name;
    const Rows triggers = connection.query(
        "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE "
        "LIMIT 1",
        std::span(&name, 1));
    // RAISE and ON CONFLICT act on single rows, and what they did must be known for each.
    // A foreign key to the table itself is judged at the end of each statement.
    if (!triggers.rows.empty() || schema::has_conflict_clause(table) || refers_to_itself(table)) {
      rows_per_statement_ = 1;
    }
    if (rows_per_statement_ > 1) {
      many_ = std::make_unique<Insert>(
          database_,
          insert_sql(connection.dialect(), table.name, columns, rows_per_statement_, on_duplicate));
    }
    cells_.resize(rows_per_statement_ * width_);
  }

  std::string encoding() const override { return std::string(kCellEncoding); }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t skipped() const override { return skipped_; }

  void write(std::span<const char> batch, const RefusedRow& refused) override {
    CellReader reader(batch);
    in_transaction_ = sqlite3_get_autocommit(database_) == 0;
    for (std::size_t first = 0; first < reader.rows(); first += rows_per_statement_) {
      const std::size_t count = std::min(rows_per_statement_, reader.rows() - first);
      for (std::size_t i = 0; i < count * width_; ++i) cells_[i] = reader.next();
      if (count == rows_per_statement_ && many_ != nullptr) {
        const int result = many_->run(cells_.data(), count * width_);
        if (result == SQLITE_DONE) {
          count_rows(count);
          continue;
        }
        if (!is_fault_of_row(result)) throw translate(result, many_->message(), one_sql_);
        // SQLite has undone the whole statement; which row it was is found one by one.
      }
      for (std::size_t i = 0; i < count; ++i) write_one(first + i, &cells_[i * width_], refused);
    }
  }

 private:
  void count_rows(std::size_t sent) {
    const std::size_t kept = on_duplicate_ == OnDuplicate::skip
                                 ? static_cast<std::size_t>(sqlite3_changes64(database_))
                                 : sent;
    rows_ += kept;
    skipped_ += sent - kept;
  }

  void write_one(std::size_t row, const Cell* cells, const RefusedRow& refused) {
    const int result = one_.run(cells, width_);
    if (result == SQLITE_DONE) {
      if (sqlite3_changes64(database_) == 0 && on_duplicate_ != OnDuplicate::skip) {
        refused(row, Error(ErrorCode::constraint,
                           "the table ignores the row (ON CONFLICT IGNORE, or a trigger that "
                           "ignores it)"));
        return;
      }
      count_rows(1);
      return;
    }
    const Error error = translate(result, one_.message(), {});
    if (!is_fault_of_row(result)) throw error;
    refused(row, error);
    if (in_transaction_ && sqlite3_get_autocommit(database_) != 0) {
      throw Error(ErrorCode::constraint,
                  fmt::format("{}; the table's ON CONFLICT ROLLBACK has undone the whole import",
                              error.message()));
    }
  }

  sqlite3* database_;
  OnDuplicate on_duplicate_;
  std::size_t width_;
  std::string one_sql_;
  Insert one_;
  std::unique_ptr<Insert> many_;
  std::size_t rows_per_statement_ = 1;
  Row cells_;
  std::uint64_t rows_ = 0;
  std::uint64_t skipped_ = 0;
  bool in_transaction_ = false;  ///< when write() was called
};

/// The fastest sink for the table as it is, from begin() to finish() without the indexes that can
/// be built at the end, and without checking each row.
class DeferringSink final : public BulkSink {
 public:
  DeferringSink(SqliteConnection& connection, const schema::Table& table,
                const std::vector<std::string>& columns)
      : connection_(connection), table_(table), columns_(columns), sink_(records_without({})) {
    if (sink_ == nullptr) sink_ = make_bound_sink(connection, table, columns);
  }

  std::string encoding() const override { return sink_->encoding(); }
  std::uint64_t rows() const override { return sink_->rows(); }
  DeferredChecks begin(const DeferrableChecks& deferrable) override {
    indexes_ = std::make_unique<DeferredIndexes>(connection_, table_.name, deferrable.keys);
    const LeftOut left_out{.indexes = indexes_->constraint_indexes(),
                           .constraints = deferrable.constraints && may_defer_constraints()};
    if (left_out.indexes.empty() && !left_out.constraints && !indexes_->has_dropped()) return {};
    if (auto records = records_without(left_out)) {
      indexes_->bypass_constraint_indexes();
      checks_constraints_ = left_out.constraints;
      sink_ = std::move(records);
    } else {
      sink_ = make_bound_sink(connection_, table_, columns_);
    }
    return {.keys = indexes_->defers_unique_keys(), .constraints = checks_constraints_};
  }
  void write(std::span<const char> batch, const RefusedRow& refused) override {
    sink_->write(batch, refused);
  }
  void finish() override {
    sink_->finish();
    if (indexes_ != nullptr) indexes_->rebuild();
    indexes_.reset();
    if (checks_constraints_) check_row_constraints(connection_, table_.name);
    checks_constraints_ = false;
  }

 private:
  /// Not if existing rows already fail, or are too many to check again. Nor if rows refer to each
  /// other: those that wait for their parents get later numbers. Nor if quick_check would take the
  /// table's name for a number.
  bool may_defer_constraints() {
    const bool has_name = table_.name.find_first_of("0123456789+-") != 0;
    return has_row_constraints(connection_, table_.name) && !refers_to_itself(table_) && has_name &&
           has_few_rows(connection_, table_.name) &&
           passes_row_constraints(connection_, table_.name);
  }
  std::unique_ptr<BulkSink> records_without(const LeftOut& left_out) {
    return make_record_sink(connection_, table_, columns_, left_out);
  }

  SqliteConnection& connection_;
  schema::Table table_;
  std::vector<std::string> columns_;
  std::unique_ptr<BulkSink> sink_;
  std::unique_ptr<DeferredIndexes> indexes_;
  bool checks_constraints_ = false;  ///< in finish()
};

}  // namespace

std::unique_ptr<BulkSink> make_bulk_sink(SqliteConnection& connection, const schema::Table& table,
                                         const std::vector<std::string>& columns,
                                         OnDuplicate on_duplicate) {
  // What is a duplicate is found in the indexes, which so must be there.
  if (on_duplicate != OnDuplicate::abort) {
    return std::make_unique<SqliteBulkSink>(connection, table, columns, on_duplicate);
  }
  return std::make_unique<DeferringSink>(connection, table, columns);
}

std::unique_ptr<BulkSink> make_bound_sink(SqliteConnection& connection, const schema::Table& table,
                                          const std::vector<std::string>& columns) {
  return std::make_unique<SqliteBulkSink>(connection, table, columns, OnDuplicate::abort);
}

}  // namespace dbmig::backend::sqlite
