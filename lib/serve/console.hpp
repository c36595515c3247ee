#pragma once

#include <string>

#include "backend/read_only.hpp"
#include "serve/value.hpp"

namespace dbmig::serve {

/// Limits of a single request.
struct QueryLimits {
  std::chrono::milliseconds time{10000};
  std::size_t rows = 1000;
  std::size_t bytes = std::size_t{32} << 20;  ///< of values; more is cut off with a word
};

/// Runs one query: `{columns, rows, more, milliseconds}`; `more`: the limit of rows or bytes was
/// met. Throws Error{refused} for anything but a query.
Json query_json(backend::ReadOnlyConnection& database, const std::string& sql,
                const QueryLimits& limits);

/// How the database would run it (EXPLAIN, EXPLAIN QUERY PLAN): the same form, and for SQLite each
/// row's depth in the tree.
Json plan_json(backend::ReadOnlyConnection& database, const std::string& sql,
               const QueryLimits& limits);

/// The rows of a query as a file, "csv" or "json". Sets `is_cut` when the limits were met. Throws
/// Error{usage} for another format.
std::string file_of(backend::ReadOnlyConnection& database, const std::string& sql,
                    const std::vector<backend::Cell>& values, const std::string& format,
                    const QueryLimits& limits, bool& is_cut);

}  // namespace dbmig::serve
