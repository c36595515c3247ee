#include "backend/mariadb/bulk.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "backend/mariadb/column_array.hpp"
#include "backend/mariadb/error.hpp"
#include "backend/mariadb/insert_statement.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "schema/geometry_text.hpp"

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
/// What a packet needs besides the text of the values: type and length of each.
constexpr std::size_t kOverheadPerValue = 10;

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

/// What stands behind the rows. INSERT IGNORE would hide other mistakes of a row as well.
/// https://mariadb.com/kb/en/insert-on-duplicate-key-update/
std::string duplicate_clause(const dialect::Dialect& dialect,
                             const std::vector<std::string>& columns, OnDuplicate on_duplicate) {
  if (on_duplicate == OnDuplicate::skip) {
    const std::string name = dialect.quote_identifier(columns.front());
    return fmt::format(" ON DUPLICATE KEY UPDATE {} = {}", name, name);
  }
  if (on_duplicate != OnDuplicate::update) return "";
  std::string sets;
  for (const std::string& column : columns) {
    const std::string name = dialect.quote_identifier(column);
    sets += fmt::format("{}{} = VALUES({})", sets.empty() ? "" : ", ", name, name);
  }
  return " ON DUPLICATE KEY UPDATE " + sets;
}

schema::TypeKind kind_of(const schema::Table& table, const std::string& name) {
  const schema::Column* column = table.find_column(name);
  return column != nullptr ? column->type_on(DialectKind::mariadb).kind : schema::TypeKind::native;
}

std::string insert_sql(const dialect::Dialect& dialect, const schema::Table& table,
                       const std::vector<std::string>& columns, std::size_t rows,
                       OnDuplicate on_duplicate) {
  std::string names;
  std::string one;
  for (const std::string& name : columns) {
    names += (names.empty() ? "" : ", ") + dialect.quote_identifier(name);
    one += one.empty() ? "(" : ", ";
    one += schema::is_geometry(kind_of(table, name)) ? "ST_GeomFromText(?, ?)" : "?";
  }
  one += ')';
  std::string sql = fmt::format("{} INTO {} ({}) VALUES {}",
                                on_duplicate == OnDuplicate::replace ? "REPLACE" : "INSERT",
                                dialect.quote_identifier(table.name), names, one);
  for (std::size_t i = 1; i < rows; ++i) sql += ", " + one;
  return sql + duplicate_clause(dialect, columns, on_duplicate);
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
    for (const std::string& name : columns) {
      const schema::TypeKind kind = kind_of(table, name);
      has_srid_.push_back(schema::is_geometry(kind));
      columns_.emplace_back(kind, kMaxRows);
      if (has_srid_.back()) columns_.emplace_back(schema::TypeKind::integer, kMaxRows);
    }
    refuse_engine_without_transactions(connection, table.name);
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
        const auto before = given - columns.begin();
        key_ = static_cast<std::size_t>(
            before + std::count(has_srid_.begin(), has_srid_.begin() + before, true));
      }
    }
    if (!has_arrays_) {
      rows_per_statement_ = std::clamp<std::size_t>(kMaxPlaceholders / columns_.size(), 1, 500);
      many_ = std::make_unique<InsertStatement>(
          connection_.native(),
          insert_sql(connection.dialect(), table, columns, rows_per_statement_, on_duplicate));
    }
  }

  ~MariadbBulkSink() override {
    one_.reset();
    many_.reset();
    try {
      connection_.execute("SET SESSION sql_mode = " + connection_.dialect().quote_string(mode_));
    } catch (const Error&) {
      // The connection is gone, and the session with it.
    }
  }
  MariadbBulkSink(const MariadbBulkSink&) = delete;
  MariadbBulkSink& operator=(const MariadbBulkSink&) = delete;

  std::string encoding() const override { return std::string(kCellEncoding); }
  std::uint64_t rows() const override { return rows_; }
  std::uint64_t skipped() const override { return skipped_; }

  void write(std::span<const char> batch, const RefusedRow& refused) override {
    CellReader reader(batch);
    std::size_t row = 0;
    while (row < reader.rows()) {
      const std::size_t first = row;
      std::size_t bytes = 0;
      for (ColumnArray& column : columns_) column.clear();
      while (row < reader.rows() && row - first < kMaxRows && bytes < most_bytes()) {
        bytes += take_row(reader);
        ++row;
      }
      send(first, row - first, refused);
    }
  }

 private:
  std::size_t most_bytes() const { return std::min(kMaxBytes, most_packet_ / 4); }

  std::size_t take_row(CellReader& reader) {
    std::size_t bytes = 0;
    auto column = columns_.begin();
    for (const bool has_srid : has_srid_) {
      Cell cell = reader.next();
      bytes += cell.bytes.size() + kOverheadPerValue;
      if (has_srid) {
        const auto parts = schema::split_srid(cell.bytes);
        if (parts) cell.bytes = parts->shape;
        column++->add(cell);
        column++->add(Cell::of(std::int64_t{parts ? parts->srid : 0}));
      } else {
        column++->add(cell);
      }
    }
    return bytes;
  }

  /// The `count` rows that were taken; `first` is the position in the batch of the first one. Which
  /// of many rows is refused is found by sending fewer at once until it is alone, and then more
  /// again; one by one where each attempt costs numbers of AUTO_INCREMENT. Rows before it are in
  /// the table by then.
  void send(std::size_t first, std::size_t count, const RefusedRow& refused) {
    std::size_t row = 0;
    std::size_t most = count;
    while (row < count) {
      const Part part = part_of(row, std::min(most, count - row));
      if (part.rows > 1 && send_part(row, part.rows)) {
        row += part.rows;
        most = std::min(count, most * 2);
      } else if (part.rows > 1 && part.can_be_halved) {
        most = part.rows / 2;
      } else {
        bool is_taken = true;
        for (std::size_t left = part.rows; left > 0; --left) {
          is_taken = send_one(first, row++, refused) && is_taken;
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

  /// Of the `left` rows from `from` on.
  Part part_of(std::size_t from, std::size_t left) const {
    bool numbered = fills_keys_;
    if (key_) {
      // A statement that numbers some of its rows and not others takes more numbers than it uses.
      const ColumnArray& keys = columns_[*key_];
      numbered = keys.is_null(from);
      std::size_t same = 1;
      while (same < left && keys.is_null(from + same) == numbered) ++same;
      left = same;
    }
    if (!has_arrays_) return {left >= rows_per_statement_ ? rows_per_statement_ : 1, false};
    return {numbered ? gapless(left) : left, !numbered};
  }

  /// Whether the server took the rows; when not, none of them is in the table.
  bool send_part(std::size_t from, std::size_t count) {
    if (!fits(from, count)) return false;
    connection_.savepoint(kSavepoint);
    const auto failure = has_arrays_ ? one_->run_array(columns_, from, count)
                                     : many_->run_rows(columns_, from, count);
    if (!failure) {
      count_rows(has_arrays_ ? *one_ : *many_, count);
      return true;
    }
    if (!failure->is_fault_of_row()) throw translate(failure->number, failure->message, sql_);
    connection_.rollback_to_savepoint(kSavepoint);
    return false;
  }

  void count_rows(const InsertStatement& insert, std::size_t sent) {
    const std::size_t kept =
        on_duplicate_ == OnDuplicate::skip ? std::min(insert.affected(), sent) : sent;
    rows_ += kept;
    skipped_ += sent - kept;
  }

  /// Whether the rows are within what the server takes at once.
  bool fits(std::size_t from, std::size_t count) const {
    return size_of(from, count) < most_packet_;
  }

  std::size_t size_of(std::size_t from, std::size_t count) const {
    std::size_t bytes = 0;
    for (const ColumnArray& column : columns_) {
      for (std::size_t row = from; row < from + count; ++row) {
        bytes += column.length(row) + kOverheadPerValue;
      }
    }
    return bytes;
  }

  /// Whether the row is in the table now.
  bool send_one(std::size_t first, std::size_t row, const RefusedRow& refused) {
    // Sent all the same, it would cost the connection.
    if (!fits(row, 1)) {
      refused(first + row,
              Error(ErrorCode::constraint,
                    fmt::format("the row has {} bytes, and the server takes {} at once; its "
                                "max_allowed_packet can be raised",
                                size_of(row, 1), most_packet_)));
      return false;
    }
    const auto failure = one_->run_rows(columns_, row, 1);
    if (!failure) {
      count_rows(*one_, 1);
      return true;
    }
    if (!failure->is_fault_of_row()) throw translate(failure->number, failure->message, sql_);
    refused(first + row, translate(failure->number, failure->message, {}));
    return false;
  }

  MariadbConnection& connection_;
  OnDuplicate on_duplicate_;
  std::string sql_;
  std::string mode_;
  bool has_arrays_;
  bool fills_keys_ = false;  ///< the table has an AUTO_INCREMENT column that the rows leave out
  std::optional<std::size_t> key_;  ///< the AUTO_INCREMENT column, when the rows have it
  std::size_t most_packet_ = 0;
  std::size_t rows_per_statement_ = 1;
  std::unique_ptr<InsertStatement> one_;
  std::unique_ptr<InsertStatement> many_;
  std::vector<bool> has_srid_;  ///< of each column: a geometry, with the number of its reference
                                ///< system in an array of its own behind it
  std::vector<ColumnArray> columns_;  ///< one for each placeholder of a row
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
