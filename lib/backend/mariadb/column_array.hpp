#pragma once

#include <mysql.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"
#include "schema/type.hpp"

namespace dbmig::backend::mariadb {

/// The values of one placeholder for the rows of one execution, laid out as the client library
/// binds them. Text and bytes are borrowed from the cells.
///
/// The server parses text for columns of dates and decimals, row by row, in the one thread that
/// also stores the rows. So dates, times and decimals are sent in the protocol's own types, unless
/// one of the texts is not written in the usual way: then all are sent as text, and what the server
/// says to it is the same as ever.
class ColumnArray {
 public:
  /// For a column of type `kind`, and at most `most_rows` rows.
  ColumnArray(schema::TypeKind kind, std::size_t most_rows);

  void clear();
  /// Throws Error{failed} for a cell that is of another kind than those before it.
  void add(const Cell& cell);

  bool is_null(std::size_t row) const { return indicators_[row] == STMT_INDICATOR_NULL; }
  /// Bytes of text; 0 for numbers.
  std::size_t length(std::size_t row) const { return lengths_[row]; }

  /// For an execution with arrays: the rows from `first` on. Valid until add() or clear().
  void bind_rows(MYSQL_BIND& bind, std::size_t first);
  /// For a placeholder of one row: its value, text as text. Valid until add() or clear().
  void bind_value(MYSQL_BIND& bind, std::size_t row);

 private:
  union Value {
    std::int64_t integer;
    double real;
    const char* text;
  };

  bool is_moment() const;
  /// Whether `text` can be sent in the column's own type; a moment is put into moments_.
  bool take_typed(std::string_view text, std::size_t row);

  schema::TypeKind column_;
  Cell::Kind kind_ = Cell::Kind::null;
  bool typed_ = false;  ///< every text so far can be sent in the column's own type
  std::size_t rows_ = 0;
  std::vector<Value> values_;
  std::vector<unsigned long> lengths_;
  std::vector<char> indicators_;
  std::vector<MYSQL_TIME> moments_;          ///< of columns of dates and times
  std::vector<const MYSQL_TIME*> pointers_;  ///< to each of moments_
};

/// Reads `YYYY-MM-DD` for a date, `YYYY-MM-DD HH:MM:SS` with up to six digits of a fraction for a
/// datetime. False for anything else, and for days that the calendar does not have.
bool read_moment(std::string_view text, bool is_date, MYSQL_TIME& moment);

/// Whether `text` is digits with at most one point and a sign, short enough for any DECIMAL.
bool is_plain_decimal(std::string_view text);

}  // namespace dbmig::backend::mariadb
