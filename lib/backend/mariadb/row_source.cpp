#include "backend/mariadb/row_source.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string>

#include "backend/mariadb/error.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// https://mariadb.com/kb/en/result-set-packets/ : the "character set" of bytes.
constexpr unsigned kBinaryCharset = 63;
/// Room for a value that most are not longer than; longer ones are fetched by themselves.
constexpr std::size_t kUsualLength = 256;

struct CloseStatement {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};

/// A column of the result, and the value of the row at hand.
struct Column {
  enum class Kind : std::uint8_t { integer, year, real, moment, bits, text, blob };
  Kind kind = Kind::text;
  std::int64_t integer = 0;
  double real = 0;
  MYSQL_TIME moment{};
  unsigned places = 0;  ///< of a moment's seconds
  std::vector<char> bytes;
  unsigned long length = 0;
  my_bool is_null = 0;
  my_bool was_cut = 0;
  bool is_unsigned = false;
};

bool is_any_of(enum_field_types type, std::initializer_list<enum_field_types> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

constexpr unsigned kMaxPlaces = 6;

/// Writes the last `digits` digits of `number`, zeros in front; what is behind them.
char* put_digits(char* at, unsigned long number, unsigned digits) {
  constexpr unsigned long kTen = 10;
  for (unsigned i = digits; i > 0; --i) {
    at[i - 1] = static_cast<char>('0' + number % kTen);
    number /= kTen;
  }
  return at + digits;
}

/// `2024-01-05 10:11:12.123`, as the client library would write it: its sprintf takes as long as
/// all else that is done with a row. Into `out`, which has room; the length.
std::size_t write_moment(const MYSQL_TIME& moment, unsigned places, char* out) {
  char* at = put_digits(out, moment.year, 4);
  *at++ = '-';
  at = put_digits(at, moment.month, 2);
  *at++ = '-';
  at = put_digits(at, moment.day, 2);
  *at++ = ' ';
  at = put_digits(at, moment.hour, 2);
  *at++ = ':';
  at = put_digits(at, moment.minute, 2);
  *at++ = ':';
  at = put_digits(at, moment.second, 2);
  if (places != 0) {
    *at++ = '.';
    put_digits(at, moment.second_part, kMaxPlaces);
    at += places;
  }
  return static_cast<std::size_t>(at - out);
}

Column::Kind kind_of(const MYSQL_FIELD& field) {
  if (is_any_of(field.type, {MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG,
                             MYSQL_TYPE_LONGLONG})) {
    return Column::Kind::integer;
  }
  if (field.type == MYSQL_TYPE_YEAR) return Column::Kind::year;
  if (is_any_of(field.type, {MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE})) return Column::Kind::real;
  const bool is_moment = is_any_of(field.type, {MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIMESTAMP});
  if (is_moment && field.decimals <= kMaxPlaces) return Column::Kind::moment;
  if (field.type == MYSQL_TYPE_BIT) return Column::Kind::bits;
  if (field.type == MYSQL_TYPE_GEOMETRY) return Column::Kind::blob;
  const bool may_be_bytes = is_any_of(
      field.type, {MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB,
                   MYSQL_TYPE_BLOB, MYSQL_TYPE_VAR_STRING, MYSQL_TYPE_VARCHAR, MYSQL_TYPE_STRING});
  return may_be_bytes && field.charsetnr == kBinaryCharset ? Column::Kind::blob
                                                           : Column::Kind::text;
}

class MariadbRows final : public RowSource {
 public:
  MariadbRows(MYSQL* connection, std::string_view sql, std::span<const Cell> values)
      : connection_(connection), statement_(mysql_stmt_init(connection)), sql_(sql) {
    if (statement_ == nullptr) {
      throw translate(mysql_errno(connection), mysql_error(connection), sql_);
    }
    if (mysql_stmt_prepare(statement_.get(), sql_.data(), sql_.size()) != 0) fail();
    describe();
    bind_parameters(values);
    if (mysql_stmt_execute(statement_.get()) != 0) fail();
    parameters_.clear();
    bind_results();
  }

  const std::vector<std::string>& columns() const override { return names_; }

  bool next(std::vector<Cell>& row) override {
    if (has_grown_) bind_results();
    const int status = mysql_stmt_fetch(statement_.get());
    if (status == MYSQL_NO_DATA) return false;
    if (status != 0 && status != MYSQL_DATA_TRUNCATED) fail();
    row.resize(values_.size());
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = cell(i);
    return true;
  }

 private:
  [[noreturn]] void fail() const {
    // A server that goes away while rows are fetched is the connection's error, and not the
    // statement's.
    if (mysql_stmt_errno(statement_.get()) == 0) {
      constexpr unsigned kLost = 2013;
      const unsigned number = mysql_errno(connection_);
      throw number == 0 ? translate(kLost, "Lost connection to server during query", sql_)
                        : translate(number, mysql_error(connection_), sql_);
    }
    throw translate(mysql_stmt_errno(statement_.get()), mysql_stmt_error(statement_.get()), sql_);
  }

  /// Text and bytes stay where they are; the execution that follows reads them.
  void bind_parameters(std::span<const Cell> values) {
    const std::size_t wanted = mysql_stmt_param_count(statement_.get());
    if (wanted != values.size()) {
      throw Error(ErrorCode::invalid,
                  fmt::format("the statement has {} parameters, but {} values are given", wanted,
                              values.size()))
          .sql(sql_);
    }
    parameters_.assign(values.begin(), values.end());
    std::vector<MYSQL_BIND> binds(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      Cell& value = parameters_[i];
      MYSQL_BIND& bind = binds[i];
      const bool is_text = value.kind == Cell::Kind::text;
      if (value.kind == Cell::Kind::null) {
        bind.buffer_type = MYSQL_TYPE_NULL;
      } else if (is_text || value.kind == Cell::Kind::blob) {
        bind.buffer_type = is_text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
        bind.buffer = const_cast<char*>(value.bytes.data());
        bind.buffer_length = static_cast<unsigned long>(value.bytes.size());
      } else if (value.kind == Cell::Kind::real) {
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = &value.real;
      } else {
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = &value.integer;
        bind.is_unsigned = value.kind == Cell::Kind::unsigned_integer ? 1 : 0;
      }
    }
    if (!binds.empty() && mysql_stmt_bind_param(statement_.get(), binds.data()) != 0) fail();
  }

  void describe() {
    const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> fields(
        mysql_stmt_result_metadata(statement_.get()), mysql_free_result);
    if (fields == nullptr) {
      throw Error(ErrorCode::invalid, "the statement returns no rows").sql(sql_);
    }
    const unsigned count = mysql_num_fields(fields.get());
    values_.resize(count);
    binds_.resize(count);
    for (unsigned i = 0; i < count; ++i) {
      const MYSQL_FIELD& field = *mysql_fetch_field_direct(fields.get(), i);
      names_.emplace_back(field.name, field.name_length);
      bind(field, values_[i], binds_[i]);
    }
  }

  static void bind(const MYSQL_FIELD& field, Column& value, MYSQL_BIND& bind) {
    value.kind = kind_of(field);
    value.is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
    std::memset(&bind, 0, sizeof bind);
    bind.is_null = &value.is_null;
    bind.error = &value.was_cut;
    bind.length = &value.length;
    if (value.kind == Column::Kind::integer || value.kind == Column::Kind::year) {
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.is_unsigned = value.is_unsigned ? 1 : 0;
      bind.buffer = &value.integer;
      bind.buffer_length = sizeof value.integer;
    } else if (value.kind == Column::Kind::real) {
      bind.buffer_type = MYSQL_TYPE_DOUBLE;
      bind.buffer = &value.real;
      bind.buffer_length = sizeof value.real;
    } else if (value.kind == Column::Kind::moment) {
      value.places = field.decimals;
      value.bytes.resize(kUsualLength);
      bind.buffer_type = field.type;
      bind.buffer = &value.moment;
      bind.buffer_length = sizeof value.moment;
    } else {
      value.bytes.resize(kUsualLength);
      bind.buffer_type =
          value.kind == Column::Kind::text ? MYSQL_TYPE_STRING : MYSQL_TYPE_LONG_BLOB;
      bind.buffer = value.bytes.data();
      bind.buffer_length = static_cast<unsigned long>(value.bytes.size());
    }
  }

  /// A value that was longer than its buffer, from the row at hand.
  void fetch_whole(std::size_t i) {
    Column& value = values_[i];
    value.bytes.resize(value.length);
    MYSQL_BIND whole = binds_[i];
    whole.buffer = value.bytes.data();
    whole.buffer_length = value.length;
    if (mysql_stmt_fetch_column(statement_.get(), &whole, static_cast<unsigned>(i), 0) != 0) fail();
    // The next rows may use the room as well; to bind it now would lose this row's other values.
    binds_[i].buffer = value.bytes.data();
    binds_[i].buffer_length = static_cast<unsigned long>(value.bytes.size());
    has_grown_ = true;
  }

  void bind_results() {
    if (mysql_stmt_bind_result(statement_.get(), binds_.data()) != 0) fail();
    has_grown_ = false;
  }

  Cell cell(std::size_t i) {
    Column& value = values_[i];
    if (value.is_null != 0) return Cell::null();
    switch (value.kind) {
      case Column::Kind::year:
        // As a text, 0 would be the year 2000.
        if (value.integer == 0) return Cell::of_text("0000");
        return Cell::of(value.integer);
      case Column::Kind::integer:
        return value.is_unsigned ? Cell::of_unsigned(static_cast<std::uint64_t>(value.integer))
                                 : Cell::of(value.integer);
      case Column::Kind::real:
        return Cell::of(value.real);
      case Column::Kind::moment:
        return Cell::of_text(
            {value.bytes.data(), write_moment(value.moment, value.places, value.bytes.data())});
      case Column::Kind::bits:
      case Column::Kind::text:
      case Column::Kind::blob:
        break;
    }
    if (value.length > binds_[i].buffer_length) fetch_whole(i);
    const std::string_view bytes(value.bytes.data(), value.length);
    if (value.kind == Column::Kind::text) return Cell::of_text(bytes);
    if (value.kind == Column::Kind::blob) return Cell::of_blob(bytes);
    std::uint64_t bits = 0;  // the highest byte comes first
    for (const char byte : bytes) bits = bits << 8U | static_cast<unsigned char>(byte);
    return Cell::of_unsigned(bits);
  }

  MYSQL* connection_;
  std::unique_ptr<MYSQL_STMT, CloseStatement> statement_;
  std::string sql_;
  std::vector<std::string> names_;
  std::vector<Column> values_;  ///< not resized any more: binds_ points into it
  std::vector<MYSQL_BIND> binds_;
  bool has_grown_ = false;        ///< binds_ is other than the statement has it
  std::vector<Cell> parameters_;  ///< until the statement has been carried out
};

}  // namespace

std::unique_ptr<RowSource> read_rows(st_mysql* connection, std::string_view sql,
                                     std::span<const Cell> values) {
  return std::make_unique<MariadbRows>(connection, sql, values);
}

}  // namespace dbmig::backend::mariadb
