#include "backend/sqlite/bulk.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "backend/sqlite/bulk_command.hpp"
#include "backend/sqlite/cell_table.hpp"
#include "backend/sqlite/constraint_check.hpp"
#include "backend/sqlite/deferred_indexes.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/record_insert.hpp"
#include "backend/sqlite/record_sink.hpp"
#include "backend/sqlite/statement.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/types.hpp"
#include "schema/conflict_clause.hpp"

namespace dbmig::backend::sqlite {
namespace {

/// The most rows, and the most cells, of one INSERT statement: more gains nothing.
constexpr std::size_t kMaxRows = 256;
constexpr std::size_t kMaxCells = 16384;

/// SQLite's words.
constexpr const char* kOrphan = "FOREIGN KEY constraint failed";

/// Whether rows of the table may lack a parent until the transaction commits.
bool defers_foreign_keys(SqliteConnection& connection, const schema::Table& table) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [](const schema::ForeignKey& key) { return key.deferrable; }) &&
         looks_for_parents(connection, table.name);
}

/// What stands behind the rows. Without a target it is about every unique constraint of the table:
/// https://www.sqlite.org/lang_upsert.html. An existing row keeps its value of the column `kept`.
std::string conflict_clause(const dialect::Dialect& dialect,
                            const std::vector<std::string>& columns, OnDuplicate on_duplicate,
                            const std::string& kept) {
  if (on_duplicate == OnDuplicate::skip) return " ON CONFLICT DO NOTHING";
  if (on_duplicate != OnDuplicate::update) return "";
  std::string sets;
  for (const std::string& column : columns) {
    const std::string name = dialect.quote_identifier(column);
    sets += fmt::format("{}{} = {}{}", sets.empty() ? "" : ", ", name,
                        column == kept ? "" : "excluded.", name);
  }
  return " ON CONFLICT DO UPDATE SET " + sets;
}

/// Who decides what becomes of a row whose key exists already: not the ON CONFLICT of the table's
/// constraints, which may replace rows or leave them out. OR ABORT takes precedence over it, but
/// over what the table's triggers say in their own statements, too. Source:
/// https://www.sqlite.org/lang_conflict.html, https://www.sqlite.org/lang_createtrigger.html
enum class Verb : std::uint8_t { insert, insert_or_abort, replace };

std::string_view to_string(Verb verb) {
  switch (verb) {
    case Verb::insert:
      return "INSERT";
    case Verb::insert_or_abort:
      return "INSERT OR ABORT";
    case Verb::replace:
      return "REPLACE";
  }
  return "";
}

/// An INSERT of what `rows` is: VALUES, or a query.
std::string insert_sql(const dialect::Dialect& dialect, const std::string& table,
                       const std::vector<std::string>& columns, const std::string& rows, Verb verb,
                       OnDuplicate on_duplicate, const std::string& kept = "") {
  std::string names;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + dialect.quote_identifier(column);
  }
  return fmt::format("{} INTO {} ({}) {}{}", to_string(verb), dialect.quote_identifier(table),
                     names, rows, conflict_clause(dialect, columns, on_duplicate, kept));
}

std::string values_of(std::size_t columns) {
  std::string values = "VALUES (?";
  for (std::size_t i = 1; i < columns; ++i) values += ",?";
  return values + ")";
}

class SqliteBulkSink final : public BulkSink {
 public:
  SqliteBulkSink(SqliteConnection& connection, const schema::Table& table,
                 const std::vector<std::string>& columns, OnDuplicate on_duplicate)
      : connection_(connection),
        database_(connection.native()),
        may_lack_parents_(defers_foreign_keys(connection, table)),
        on_duplicate_(on_duplicate),
        has_triggers_(has_triggers(connection, table.name)),
        may_decide_(schema::has_conflict_clause(table)),
        width_(columns.size()),
        one_sql_(insert_sql(connection.dialect(), table.name, columns, values_of(width_), verb(),
                            tells_duplicates() ? OnDuplicate::skip : on_duplicate)),
        one_(database_, one_sql_),
        all_or_nothing_(database_) {
    // SQLite checks foreign keys at the end of a statement. By then another row of it may have
    // replaced the one that lacks its parent.
    const bool replaces =
        on_duplicate == OnDuplicate::update || on_duplicate == OnDuplicate::replace;
    const bool is_related =
        looks_for_parents(connection, table.name) || has_children(connection, table.name);
    // RAISE acts on single rows, and what it did must be known for each.
    const bool one_by_one = has_triggers_ || has_parents_and_children(connection, table.name) ||
                            (replaces && is_related);
    if (!one_by_one) prepare_many(connection.dialect(), table.name, columns);
    if (on_duplicate == OnDuplicate::update) keep_numbers(connection.dialect(), table, columns);
    rows_per_statement_ = std::clamp<std::size_t>(kMaxCells / width_, 1, kMaxRows);
    cells_.resize(rows_per_statement_ * width_);
  }

  std::string encoding() const override { return std::string(kCellEncoding); }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t skipped() const override { return skipped_; }
  void refuse_orphans() override { refuses_orphans_ = may_lack_parents_; }

  void write(std::span<const char> batch, const RefusedRow& refused) override {
    CellReader reader(batch);
    in_transaction_ = sqlite3_get_autocommit(database_) == 0;
    for (first_ = 0; first_ < reader.rows(); first_ += rows_per_statement_) {
      const std::size_t count = std::min(rows_per_statement_, reader.rows() - first_);
      for (std::size_t i = 0; i < count * width_; ++i) cells_[i] = reader.next();
      write_rows(0, count, refused);
    }
  }

 private:
  void prepare_many(const dialect::Dialect& dialect, const std::string& table,
                    const std::vector<std::string>& columns) {
    try {
      table_ = std::make_unique<CellTable>(database_, width_);
      // With WHERE, as an ON right behind FROM would begin the condition of a join.
      many_ = std::make_unique<Command>(
          database_, insert_sql(dialect, table, columns, table_->query() + " WHERE true", verb(),
                                on_duplicate_));
    } catch (const Error&) {
      // For one, another table refers to columns that are not unique, which SQLite says only to a
      // statement of many rows.
      many_.reset();
      table_.reset();
    }
  }

  /// A row without a number that has the unique value of one in the table does not give that one
  /// another number.
  void keep_numbers(const dialect::Dialect& dialect, const schema::Table& table,
                    const std::vector<std::string>& columns) {
    const auto number =
        std::find_if(table.columns.begin(), table.columns.end(), [&](const auto& column) {
          return column.autoincrement || dialect::sqlite::is_rowid(table, column);
        });
    if (number == table.columns.end()) return;
    const auto given = std::find(columns.begin(), columns.end(), number->name);
    if (given == columns.end()) return;
    number_ = static_cast<std::size_t>(given - columns.begin());
    keeping_number_ = std::make_unique<Command>(
        database_, insert_sql(dialect, table.name, columns, values_of(width_), verb(),
                              on_duplicate_, number->name));
  }

  bool has_no_number(std::size_t at) const {
    return keeping_number_ != nullptr && cells_[at * width_ + number_].kind == Cell::Kind::null;
  }

  /// Rows of `cells_`.
  void write_rows(std::size_t begin, std::size_t end, const RefusedRow& refused) {
    while (begin < end) {
      std::size_t count = 0;
      while (begin + count < end && !has_no_number(begin + count)) ++count;
      if (count <= 1 || many_ == nullptr) {
        write_one(begin++, refused);
        continue;
      }
      table_->show(&cells_[begin * width_], count);
      const int result =
          all_or_nothing_([this] { return run_with_parents([this] { return many_->run(); }); });
      if (result == SQLITE_DONE) {
        count_rows(count);
        begin += count;
        continue;
      }
      if (!is_fault_of_row(result)) throw translate(result, many_->message(), one_sql_);
      // Foreign keys are checked behind the last row: then it may be any of them.
      const bool is_known = table_->row() < count;
      const std::size_t next = begin + (is_known ? table_->row() : count / 2);
      write_rows(begin, next, refused);
      if (is_known) write_one(next, refused);
      begin = is_known ? next + 1 : next;
    }
  }

  Verb verb() const {
    if (on_duplicate_ == OnDuplicate::replace) return Verb::replace;
    return may_decide_ && !has_triggers_ ? Verb::insert_or_abort : Verb::insert;
  }
  /// Whether one INSERT leaves a duplicate out, and so tells that it is one: where OR ABORT would
  /// have triggers fail.
  bool tells_duplicates() const {
    return may_decide_ && has_triggers_ && on_duplicate_ == OnDuplicate::abort;
  }

  /// What `run`, which runs a statement, returns; if it succeeds and its rows still lack a parent,
  /// the code for that.
  template <class Run>
  int run_with_parents(const Run& run) {
    const bool may_tell = refuses_orphans_ && !has_missing_parents(connection_);
    const int result = run();
    const bool is_orphan = result == SQLITE_DONE && may_tell && has_missing_parents(connection_);
    return is_orphan ? SQLITE_CONSTRAINT_FOREIGNKEY : result;
  }

  std::string message_of(int result, const Command& insert) const {
    if (result == SQLITE_CONSTRAINT_FOREIGNKEY) return kOrphan;
    if (result == SQLITE_CONSTRAINT_UNIQUE && tells_duplicates()) {
      return "UNIQUE constraint failed, or a trigger of the table ignores the row";
    }
    return insert.message();
  }

  void count_rows(std::size_t sent) {
    const std::size_t kept = on_duplicate_ == OnDuplicate::skip
                                 ? static_cast<std::size_t>(sqlite3_changes64(database_))
                                 : sent;
    rows_ += kept;
    skipped_ += sent - kept;
  }

  void write_one(std::size_t at, const RefusedRow& refused) {
    const std::size_t row = first_ + at;
    Command& insert = has_no_number(at) ? *keeping_number_ : one_;
    const auto run = [&] {
      const int done = run_with_parents([&] { return insert.run(&cells_[at * width_], width_); });
      const bool is_left_out = done == SQLITE_DONE && sqlite3_changes64(database_) == 0;
      return tells_duplicates() && is_left_out ? SQLITE_CONSTRAINT_UNIQUE : done;
    };
    const int result = has_triggers_ || refuses_orphans_ ? all_or_nothing_(run) : run();
    if (result == SQLITE_DONE) {
      if (sqlite3_changes64(database_) == 0 && on_duplicate_ != OnDuplicate::skip) {
        refused(row, Error(ErrorCode::constraint, "a trigger of the table ignores the row"));
        return;
      }
      count_rows(1);
      return;
    }
    const Error error = translate(result, message_of(result, insert), {});
    if (!is_fault_of_row(result)) throw error;
    refused(row, error);
    if (in_transaction_ && sqlite3_get_autocommit(database_) != 0) {
      throw Error(
          ErrorCode::constraint,
          fmt::format("{}; a trigger's ROLLBACK has undone the whole import", error.message()));
    }
  }

  SqliteConnection& connection_;
  sqlite3* database_;
  bool may_lack_parents_;  ///< until the commit
  bool refuses_orphans_ = false;
  OnDuplicate on_duplicate_;
  bool has_triggers_;
  bool may_decide_;  ///< the table, see Verb
  std::size_t width_;
  std::string one_sql_;
  Command one_;
  std::unique_ptr<Command> keeping_number_;  ///< for rows without a number; see keep_numbers()
  std::size_t number_ = 0;                   ///< the column of the number then
  AllOrNothing all_or_nothing_;
  std::unique_ptr<CellTable> table_;  ///< what `many_` reads; both null if rows go one by one
  std::unique_ptr<Command> many_;
  std::size_t rows_per_statement_ = 1;
  std::vector<Cell> cells_;
  std::size_t first_ = 0;  ///< the row of the batch that is the first in `cells_`
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
    if (sink_ == nullptr) sink_ = make_insert_sink();
  }

  std::string encoding() const override { return sink_->encoding(); }
  bool refused_rows_take_numbers() const override { return sink_->refused_rows_take_numbers(); }
  std::uint64_t rows() const override { return sink_->rows(); }
  void refuse_orphans() override {
    if (!defers_foreign_keys(connection_, table_)) return;
    refuses_orphans_ = true;
    sink_.reset();
    sink_ = make_insert_sink();
  }
  DeferredChecks begin(const DeferrableChecks& deferrable) override {
    constexpr const char* kSavepoint = "dbmig_begin";
    connection_.savepoint(kSavepoint);
    try {
      const DeferredChecks deferred = leave_out(deferrable);
      connection_.release_savepoint(kSavepoint);
      return deferred;
    } catch (...) {
      // The caller may try again, and must find the indexes.
      sink_.reset();
      connection_.rollback_to_savepoint(kSavepoint);
      connection_.release_savepoint(kSavepoint);
      throw;
    }
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
  DeferredChecks leave_out(const DeferrableChecks& deferrable) {
    indexes_ = std::make_unique<DeferredIndexes>(connection_, table_, deferrable);
    const LeftOut left_out{.indexes = indexes_->constraint_indexes(),
                           .constraints = deferrable.constraints && may_defer_constraints()};
    if (left_out.indexes.empty() && !left_out.constraints && !indexes_->has_dropped()) return {};
    sink_.reset();
    sink_ = records_without(left_out);
    if (sink_ != nullptr) {
      indexes_->bypass_constraint_indexes();
      checks_constraints_ = left_out.constraints;
    } else {
      sink_ = make_insert_sink();
    }
    return {.keys = indexes_->defers_unique_keys(), .constraints = checks_constraints_};
  }
  /// Not if existing rows already fail, or are too many to check again. Nor if rows refer to each
  /// other: those that wait for their parents get later numbers. Nor if quick_check would take the
  /// table's name for a number.
  bool may_defer_constraints() {
    const bool has_name = table_.name.find_first_of("0123456789+-") != 0;
    return has_row_constraints(connection_, table_.name) && !refers_to_itself(table_) && has_name &&
           has_at_most_rows(connection_, table_.name, kFewRows) &&
           passes_row_constraints(connection_, table_.name);
  }
  std::unique_ptr<BulkSink> records_without(const LeftOut& left_out) {
    return make_record_sink(connection_, table_, columns_, left_out);
  }
  std::unique_ptr<BulkSink> make_insert_sink() {
    if (refuses_orphans_) {
      auto bound = make_bound_sink(connection_, table_, columns_);
      bound->refuse_orphans();
      return bound;
    }
    auto sink = make_record_insert_sink(connection_, table_, columns_);
    return sink != nullptr ? std::move(sink) : make_bound_sink(connection_, table_, columns_);
  }

  SqliteConnection& connection_;
  schema::Table table_;
  std::vector<std::string> columns_;
  std::unique_ptr<BulkSink> sink_;
  std::unique_ptr<DeferredIndexes> indexes_;
  bool checks_constraints_ = false;  ///< in finish()
  bool refuses_orphans_ = false;
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
