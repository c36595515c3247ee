#pragma once

#include <string>
#include <vector>

#include "backend/read_only.hpp"
#include "schema/table.hpp"
#include "serve/value.hpp"

namespace dbmig::serve {

/// A condition on a column, as the page's filter has it.
struct Filter {
  std::string column;
  std::string op;  ///< "=", "!=", "<", "<=", ">", ">=", "contains", "starts", "null", "not null"
  std::string value;
};

/// Which rows of a table or view are shown.
struct RowsWanted {
  std::string table;
  std::vector<Filter> filters = {};
  std::string sort = {};  ///< a column; empty: by the key
  bool descending = false;
  Json after = {};  ///< the place a page ended at, as it was given; null: from the start
  std::size_t limit = 50;
  /// The columns of a view, which a schema does not have; rows_json() asks for them.
  std::vector<std::string> columns = {};
};

/// A query with its values.
struct BoundQuery {
  std::string sql;
  Values values;
};

/// How pages of rows are read: `keys` identify each row, so that the next
/// page goes on where one ended, however many rows come and go. Tables without a key are counted
/// through (OFFSET), in the order of all their columns, so that pages do not overlap.
struct RowsQuery {
  BoundQuery query;
  std::vector<std::string> columns;  ///< those shown
  std::vector<std::size_t>
      lengths;                    ///< for each: the result's column with its whole length; 0: none
  std::size_t first_place = 0;    ///< the result's column where the place of the row begins
  std::size_t place_size = 0;     ///< 0: no key, and `after` is a number of rows
  std::vector<std::size_t> keys;  ///< where in the place each column of the key is
};

/// Pure. Throws Error{not_found} for a table or column that is not there, Error{invalid} for a
/// filter that cannot be.
RowsQuery rows_query(const dialect::Dialect& dialect, const schema::Schema& schema,
                     const RowsWanted& wanted);

/// All columns of the rows wanted, whole, in the same order: for files.
BoundQuery export_query(const dialect::Dialect& dialect, const schema::Schema& schema,
                        const RowsWanted& wanted);

/// One value, whole, of the row with this key (as rows_json() gives it).
BoundQuery value_query(const dialect::Dialect& dialect, const schema::Schema& schema,
                       const std::string& table, const std::string& column, const Json& key);

/// The rows: `{columns, rows, keys, next}`; `keys` is empty for a table without a key, `next` is
/// the place to go on after, null behind the last row.
Json rows_json(backend::ReadOnlyConnection& database, const schema::Schema& schema,
               RowsWanted wanted, std::chrono::milliseconds time);

}  // namespace dbmig::serve
