#include "backend/mariadb/bulk.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include "backend/mariadb/binary_batch.hpp"
#include "backend/mariadb/binary_rows.hpp"
#include "backend/mariadb/error.hpp"
#include "backend/mariadb/insert_statement.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// Rows of one execution.
constexpr std::size_t kMaxRows = 4095;
/// The same where the server numbers the rows. A power of two less one: InnoDB reserves
/// AUTO_INCREMENT values for an array of unknown length in steps of 1, 2, 4, …, so that only such
/// numbers leave no gap.
constexpr std::size_t kMaxNumberedRows = 1023;
/// Bytes of one execution, unless a single row has more. Well below any server's
/// max_allowed_packet, and enough that the round trip does not count.
constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
/// The protocol counts placeholders in 16 bits.
constexpr std::size_t kMaxPlaceholders = 65535;

constexpr const char* kSavepoint = "dbmig_bulk";

bool has_array_binding(MYSQL* connection) {
  std::uint64_t extended = 0;
  // The upper half of the capabilities, which MySQL does not have.
  if (mariadb_get_infov(connection, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended) !=
      0) {
    return false;
  }
  return (extended & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32U)) != 0;
}

/// What stands behind the rows. INSERT IGNORE would hide other mistakes of a row as well. An
/// existing row keeps its value of the column called `kept`.
/// https://mariadb.com/kb/en/insert-on-duplicate-key-update/
std::string duplicate_clause(const dialect::Dialect& dialect,
                             const std::vector<std::string>& columns, OnDuplicate on_duplicate,
                             const std::string& kept) {
  if (on_duplicate == OnDuplicate::skip) {
    const std::string name = dialect.quote_identifier(columns.front());
    return fmt::format(" ON DUPLICATE KEY UPDATE {} = {}", name, name);
  }
  if (on_duplicate != OnDuplicate::update) return "";
  std::string sets;
  for (const std::string& column : columns) {
    const std::string name = dialect.quote_identifier(column);
    sets += sets.empty() ? "" : ", ";
    sets += column == kept ? name + " = " + name : fmt::format("{} = VALUES({})", name, name);
  }
  return " ON DUPLICATE KEY UPDATE " + sets;
}

/// Nobody can alter the table until the end of the transaction: an INSERT of no rows has its
/// metadata lock, without needing another right.
void lock(MariadbConnection& connection, const std::string& table,
          const std::vector<std::string>& columns) {
  const dialect::Dialect& dialect = connection.dialect();
  std::string names;
  std::string nulls;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + dialect.quote_identifier(column);
    nulls += nulls.empty() ? "NULL" : ", NULL";
  }
  connection.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM DUAL WHERE FALSE",
                                 dialect.quote_identifier(table), names, nulls));
}

/// The columns of text that are stored as dbmig sends them.
std::set<std::string> utf8mb4_columns(MariadbConnection& connection, const std::string& table) {
  const Value name = table;
  const Rows found = connection.query(
      "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() "
      "AND table_name = ? AND character_set_name = 'utf8mb4' AND data_type IN ('char', 'varchar', "
      "'tinytext', 'text', 'mediumtext', 'longtext')",
      std::span(&name, 1));
  std::set<std::string> columns;
  for (const auto& row : found.rows) columns.insert(row.front().value_or(""));
  return columns;
}

ColumnForm form_of(const schema::Table& table, const std::string& name) {
  const schema::Column* column = table.find_column(name);
  return column != nullptr ? mariadb::form_of(column->type_on(DialectKind::mariadb)) : ColumnForm{};
}

std::string insert_sql(const dialect::Dialect& dialect, const schema::Table& table,
                       const std::vector<std::string>& columns, std::size_t rows,
                       OnDuplicate on_duplicate, const std::string& kept = "") {
  std::string names;
  std::string one;
  for (const std::string& name : columns) {
    names += (names.empty() ? "" : ", ") + dialect.quote_identifier(name);
    one += one.empty() ? "(" : ", ";
    one += form_of(table, name).value == ValueForm::geometry ? "ST_GeomFromText(?, ?)" : "?";
  }
  one += ')';
  std::string sql = fmt::format("{} INTO {} ({}) VALUES {}",
                                on_duplicate == OnDuplicate::replace ? "REPLACE" : "INSERT",
                                dialect.quote_identifier(table.name), names, one);
  for (std::size_t i = 1; i < rows; ++i) sql += ", " + one;
  return sql + duplicate_clause(dialect, columns, on_duplicate, kept);
}

/// The first value of a query's only row.
std::string ask(MariadbConnection& connection, const std::string& sql) {
  const Rows rows = connection.query(sql);
  if (rows.rows.empty() || !rows.rows.front().front()) return "";
  return *rows.rows.front().front();
}

std::size_t to_number(std::string_view text, std::size_t otherwise) {
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

void refuse_engine_without_transactions(MariadbConnection& connection, const std::string& table) {
  const Value name = table;
  const Rows found = connection.query(
      "SELECT t.engine FROM information_schema.tables t JOIN information_schema.engines e "
      "ON e.engine = t.engine WHERE t.table_schema = DATABASE() AND t.table_name = ? "
      "AND e.transactions <> 'YES'",
      std::span(&name, 1));
  if (found.rows.empty()) return;
  const std::string engine = found.rows.front().front().value_or("");
  throw Error(
      ErrorCode::refused,
      fmt::format("table '{}' uses {}, which cannot roll back: a failing import would leave half "
                  "of its rows",
                  table, engine))
      .hint("convert the table to InnoDB first");
}

/// How many of `left` rows to send at once, so that AUTO_INCREMENT values leave no gap.
std::size_t gapless(std::size_t left) {
  return std::min(kMaxNumberedRows, std::bit_floor(left + 1) - 1);
}

class MariadbBulkSink final : public BulkSink {
 public:
  MariadbBulkSink(MariadbConnection& connection, const schema::Table& table,
                  const std::vector<std::string>& columns, OnDuplicate on_duplicate)
      : connection_(connection),
        on_duplicate_(on_duplicate),
        sql_(insert_sql(connection.dialect(), table, columns, 1, on_duplicate)),
        mode_(ask(connection, "SELECT @@SESSION.sql_mode")),
        has_arrays_(has_array_binding(connection.native())) {
    refuse_engine_without_transactions(connection, table.name);
    lock(connection, table.name, columns);
    const std::set<std::string> unicode = utf8mb4_columns(connection, table.name);
    for (const std::string& name : columns) {
      ColumnForm form = form_of(table, name);
      if (unicode.contains(name)) form.value = ValueForm::utf8mb4;
      // Without arrays, rows are sent as they are when one is sent alone: with dates as text.
      const bool keeps_form = has_arrays_ || form.value == ValueForm::geometry;
      layout_.columns.push_back(keeps_form ? form : ColumnForm{});
    }
    values_.emplace(layout_);
    most_packet_ = to_number(ask(connection, "SELECT @@max_allowed_packet"), 1U << 20U);
    // A zero is a zero, not the next AUTO_INCREMENT value; what does not fit is an error.
    connection_.execute(
        "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, "
        "',STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO')");
    one_ = std::make_unique<InsertStatement>(connection_.native(), sql_);
    const auto key = std::find_if(table.columns.begin(), table.columns.end(),
                                  [](const auto& column) { return column.autoincrement; });
    if (key != table.columns.end()) {
      const auto given = std::find(columns.begin(), columns.end(), key->name);
      fills_keys_ = given == columns.end();
      if (!fills_keys_) {
        key_ = layout_.parameter_of(static_cast<std::size_t>(given - columns.begin()));
      }
      if (key_ && on_duplicate == OnDuplicate::update) {
        keeping_number_ = std::make_unique<InsertStatement>(
            connection_.native(),
            insert_sql(connection.dialect(), table, columns, 1, on_duplicate, key->name));
      }
    }
    if (!has_arrays_) {
      rows_per_statement_ =
          std::clamp<std::size_t>(kMaxPlaceholders / layout_.parameters(), 1, 500);
      many_ = std::make_unique<InsertStatement>(
          connection_.native(),
          insert_sql(connection.dialect(), table, columns, rows_per_statement_, on_duplicate));
    }
  }

  ~MariadbBulkSink() override {
    one_.reset();
    keeping_number_.reset();
    many_.reset();
    try {
      connection_.execute("SET SESSION sql_mode = " + connection_.dialect().quote_string(mode_));
    } catch (const Error&) {
      // The connection is gone, and the session with it.
    }
  }
  MariadbBulkSink(const MariadbBulkSink&) = delete;
  MariadbBulkSink& operator=(const MariadbBulkSink&) = delete;

  std::string encoding() const override { return layout_.name(); }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t skipped() const override { return skipped_; }

  void write(std::span<const char> batch, const RefusedRow& refused) override {
    BinaryBatch runs(batch, layout_.parameters());
    before_run_ = 0;
    while (runs.next(run_)) {
      std::size_t row = 0;
      while (row < run_.count()) {
        const std::size_t most = std::min(kMaxRows, run_.count() - row);
        std::size_t count = 1;
        while (count < most && run_.range(row, count).size() < most_bytes()) ++count;
        send(row, count, refused);
        row += count;
      }
      before_run_ += row;
    }
  }

 private:
  std::size_t most_bytes() const { return std::min(kMaxBytes, most_packet_ / 4); }

  /// The `count` rows of the run from `from` on. Which of many rows is refused is found by sending
  /// fewer at once until it is alone, and then more again; one by one where each attempt costs
  /// numbers of AUTO_INCREMENT. Rows before it are in the table by then.
  void send(std::size_t from, std::size_t count, const RefusedRow& refused) {
    const std::size_t end = from + count;
    std::size_t most = count;
    while (from < end) {
      const Part part = part_of(from, std::min(most, end - from));
      if (part.rows > 1 && send_part(from, part.rows)) {
        from += part.rows;
        most = std::min(count, most * 2);
      } else if (part.rows > 1 && part.can_be_halved) {
        most = part.rows / 2;
      } else {
        bool is_taken = true;
        for (std::size_t left = part.rows; left > 0; --left) {
          is_taken = send_one(from++, refused) && is_taken;
        }
        if (part.can_be_halved) most = is_taken ? std::min(count, most * 2) : 1;
      }
    }
  }

  /// Rows to send at once.
  struct Part {
    std::size_t rows = 1;
    bool can_be_halved = false;  ///< when one of them is refused
  };

  /// Whether the row leaves its number to the server, in a column that rows have a value for.
  bool has_no_key(std::size_t row) const {
    return key_ && parameter_is_null(run_.types, run_.row(row), *key_);
  }

  /// The statement for a row, or for an array of rows, like the one at `row`. If a row without a
  /// number has the unique value of one in the table, that one keeps its number.
  InsertStatement& statement_for(std::size_t row) const {
    return keeping_number_ != nullptr && has_no_key(row) ? *keeping_number_ : *one_;
  }

  /// Of the `left` rows from `from` on.
  Part part_of(std::size_t from, std::size_t left) const {
    bool numbered = fills_keys_;
    if (key_) {
      // A statement that numbers some of its rows and not others takes more numbers than it uses.
      numbered = has_no_key(from);
      std::size_t same = 1;
      while (same < left && has_no_key(from + same) == numbered) ++same;
      left = same;
    }
    if (!has_arrays_ && keeping_number_ != nullptr && numbered) return {};
    if (!has_arrays_) return {left >= rows_per_statement_ ? rows_per_statement_ : 1, false};
    return {numbered ? gapless(left) : left, !numbered};
  }

  /// Whether the server took the rows; when not, none of them is in the table.
  bool send_part(std::size_t from, std::size_t count) {
    const std::span<const char> rows = run_.range(from, count);
    const std::vector<Cell>* const values = has_arrays_ ? nullptr : &values_of(from, count);
    const std::size_t bytes = has_arrays_ ? InsertStatement::size_of_rows(run_.types, rows)
                                          : InsertStatement::size_of_values(*values);
    if (bytes >= most_packet_) return false;
    connection_.savepoint(kSavepoint);
    InsertStatement& insert = has_arrays_ ? statement_for(from) : *many_;
    const auto failure =
        has_arrays_ ? insert.run_rows(run_.types, rows) : insert.run_values(*values);
    if (!failure) {
      count_rows(insert, count);
      return true;
    }
    if (!failure->is_fault_of_row()) throw translate(failure->number, failure->message, sql_);
    connection_.rollback_to_savepoint(kSavepoint);
    return false;
  }

  /// Valid until the next call.
  const std::vector<Cell>& values_of(std::size_t from, std::size_t count) {
    values_->clear();
    for (std::size_t row = from; row < from + count; ++row) {
      values_->add(run_.types, run_.row(row));
    }
    return values_->cells();
  }

  void count_rows(const InsertStatement& insert, std::size_t sent) {
    const std::size_t kept =
        on_duplicate_ == OnDuplicate::skip ? std::min(insert.affected(), sent) : sent;
    rows_ += kept;
    skipped_ += sent - kept;
  }

  /// Whether the row is in the table now.
  bool send_one(std::size_t row, const RefusedRow& refused) {
    const std::vector<Cell>& values = values_of(row, 1);
    const std::size_t bytes = InsertStatement::size_of_values(values);
    // Sent all the same, it would cost the connection.
    if (bytes >= most_packet_) {
      refused(before_run_ + row,
              Error(ErrorCode::constraint,
                    fmt::format("the row has {} bytes, and the server takes {} at once; its "
                                "max_allowed_packet can be raised",
                                bytes, most_packet_)));
      return false;
    }
    InsertStatement& insert = statement_for(row);
    const auto failure = insert.run_values(values);
    if (!failure) {
      count_rows(insert, 1);
      return true;
    }
    if (!failure->is_fault_of_row()) throw translate(failure->number, failure->message, sql_);
    refused(before_run_ + row, translate(failure->number, failure->message, {}));
    return false;
  }

  MariadbConnection& connection_;
  OnDuplicate on_duplicate_;
  std::string sql_;
  std::string mode_;
  bool has_arrays_;
  bool fills_keys_ = false;  ///< the table has an AUTO_INCREMENT column that the rows leave out
  std::optional<std::size_t> key_;  ///< the parameter of the AUTO_INCREMENT column, if there is one
  std::size_t most_packet_ = 0;
  std::size_t rows_per_statement_ = 1;
  std::unique_ptr<InsertStatement> one_;
  std::unique_ptr<InsertStatement> keeping_number_;  ///< for some rows; see statement_for()
  std::unique_ptr<InsertStatement> many_;
  BinaryLayout layout_;
  BinaryRows run_;
  std::size_t before_run_ = 0;  ///< rows of the batch before this run
  std::optional<BinaryValues> values_;
  std::uint64_t rows_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace

std::unique_ptr<BulkSink> make_bulk_sink(MariadbConnection& connection, const schema::Table& table,
                                         const std::vector<std::string>& columns,
                                         OnDuplicate on_duplicate) {
  return std::make_unique<MariadbBulkSink>(connection, table, columns, on_duplicate);
}

}  // namespace dbmig::backend::mariadb
