#include "backend/mariadb/column_array.hpp"

#include "base/calendar.hpp"
#include "base/error.hpp"

namespace dbmig::backend::mariadb {
namespace {

using Kind = Cell::Kind;
using schema::TypeKind;

/// Digits that every DECIMAL(M) can be read from: M is at most 65.
constexpr std::size_t kMaxDecimalDigits = 65;

enum_field_types type_of(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::unsigned_integer:
      return MYSQL_TYPE_LONGLONG;
    case Kind::real:
      return MYSQL_TYPE_DOUBLE;
    case Kind::blob:
      return MYSQL_TYPE_BLOB;
    case Kind::text:
    case Kind::null:
      return MYSQL_TYPE_STRING;
  }
  return MYSQL_TYPE_STRING;
}

/// Reads exactly `count` digits from `at` on.
bool read_digits(std::string_view text, std::size_t at, std::size_t count, unsigned int& value) {
  unsigned int sum = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    const auto digit = static_cast<unsigned char>(text[i] - '0');
    if (digit > 9) return false;
    sum = sum * 10 + digit;
  }
  value = sum;
  return true;
}

bool is_in_calendar(const MYSQL_TIME& day) {
  const int days = days_in_month(static_cast<int>(day.year), static_cast<int>(day.month));
  return day.year > 0 && day.day >= 1 && static_cast<int>(day.day) <= days;
}

/// Reads `HH:MM:SS[.ffffff]` from `at` on, to the end of `text`.
bool read_time_of_day(std::string_view text, std::size_t at, MYSQL_TIME& moment) {
  constexpr std::size_t kLength = 8;
  constexpr std::size_t kMaxFraction = 6;
  const std::size_t size = text.size() - at;
  if (size < kLength || text[at + 2] != ':' || text[at + 5] != ':') return false;
  if (!read_digits(text, at, 2, moment.hour) || !read_digits(text, at + 3, 2, moment.minute) ||
      !read_digits(text, at + 6, 2, moment.second) || moment.hour > 23 || moment.minute > 59 ||
      moment.second > 59) {
    return false;
  }
  if (size == kLength) return true;
  const std::size_t digits = size - kLength - 1;
  unsigned int fraction = 0;
  if (text[at + kLength] != '.' || digits < 1 || digits > kMaxFraction ||
      !read_digits(text, at + kLength + 1, digits, fraction)) {
    return false;
  }
  for (std::size_t i = digits; i < kMaxFraction; ++i) fraction *= 10;
  moment.second_part = fraction;
  return true;
}

}  // namespace

bool read_moment(std::string_view text, bool is_date, MYSQL_TIME& moment) {
  constexpr std::size_t kDateLength = 10;
  moment = {};
  if (text.size() < kDateLength || text[4] != '-' || text[7] != '-' ||
      !read_digits(text, 0, 4, moment.year) || !read_digits(text, 5, 2, moment.month) ||
      !read_digits(text, 8, 2, moment.day) || !is_in_calendar(moment)) {
    return false;
  }
  if (is_date) {
    moment.time_type = MYSQL_TIMESTAMP_DATE;
    return text.size() == kDateLength;
  }
  moment.time_type = MYSQL_TIMESTAMP_DATETIME;
  return text.size() > kDateLength && text[kDateLength] == ' ' &&
         read_time_of_day(text, kDateLength + 1, moment);
}

bool is_plain_decimal(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::size_t digits = 0;
  bool has_point = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (c == '.' && !has_point && digits > 0) {
      has_point = true;
    } else {
      return false;
    }
  }
  return digits > 0 && digits <= kMaxDecimalDigits && text.back() != '.';
}

ColumnArray::ColumnArray(TypeKind kind, std::size_t most_rows)
    : column_(kind), values_(most_rows), lengths_(most_rows), indicators_(most_rows) {
  if (is_moment()) {
    moments_.resize(most_rows);
    for (const MYSQL_TIME& moment : moments_) pointers_.push_back(&moment);
  }
  clear();
}

void ColumnArray::clear() {
  kind_ = Kind::null;
  typed_ = is_moment() || column_ == TypeKind::decimal;
  rows_ = 0;
}

void ColumnArray::add(const Cell& cell) {
  const bool is_null = cell.kind == Kind::null;
  if (!is_null && kind_ == Kind::null) kind_ = cell.kind;
  if (!is_null && kind_ != cell.kind) {
    throw Error(ErrorCode::failed, "values of different types for one column in one batch");
  }
  const std::size_t row = rows_++;
  lengths_[row] = static_cast<unsigned long>(cell.bytes.size());
  indicators_[row] = static_cast<char>(is_null ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE);
  switch (cell.kind) {
    case Kind::integer:
    case Kind::unsigned_integer:
      values_[row].integer = cell.integer;
      return;
    case Kind::real:
      values_[row].real = cell.real;
      return;
    case Kind::null:
      values_[row].text = "";
      return;
    case Kind::text:
    case Kind::blob:
      values_[row].text = cell.bytes.data() != nullptr ? cell.bytes.data() : "";
      typed_ = typed_ && take_typed(cell.bytes, row);
      return;
  }
}

bool ColumnArray::is_moment() const {
  return column_ == TypeKind::date || column_ == TypeKind::datetime ||
         column_ == TypeKind::timestamp;
}

bool ColumnArray::take_typed(std::string_view text, std::size_t row) {
  if (!is_moment()) return is_plain_decimal(text);
  return read_moment(text, column_ == TypeKind::date, moments_[row]);
}

void ColumnArray::bind_rows(MYSQL_BIND& bind, std::size_t first) {
  bind.buffer_type = type_of(kind_);
  bind.is_unsigned = kind_ == Kind::unsigned_integer;
  bind.u.indicator = indicators_.data() + first;
  bind.length = lengths_.data() + first;
  bind.buffer = values_.data() + first;
  if (kind_ != Kind::text || !typed_) return;
  if (is_moment()) {
    bind.buffer_type = column_ == TypeKind::date ? MYSQL_TYPE_DATE : MYSQL_TYPE_DATETIME;
    bind.buffer = pointers_.data() + first;
  } else {
    bind.buffer_type = MYSQL_TYPE_NEWDECIMAL;
  }
}

void ColumnArray::bind_value(MYSQL_BIND& bind, std::size_t row) {
  bind.buffer_type = is_null(row) ? MYSQL_TYPE_NULL : type_of(kind_);
  bind.is_unsigned = kind_ == Kind::unsigned_integer;
  bind.length = &lengths_[row];
  bind.buffer_length = lengths_[row];
  if (bind.buffer_type == MYSQL_TYPE_LONGLONG || bind.buffer_type == MYSQL_TYPE_DOUBLE) {
    bind.buffer = &values_[row];
  } else {
    bind.buffer = const_cast<char*>(values_[row].text);
  }
}

}  // namespace dbmig::backend::mariadb
