#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect {

/// What a value of an expression for both databases is, as far as that decides what operators mean.
/// `decimal` is a number that SQLite has as a whole or a real one; `mixed` such a number or a text.
enum class BothKind {
  whole,
  real,
  decimal,
  text,
  bytes,
  truth,
  null,
  date,
  datetime,
  mixed,
  unknown
};

/// The kind of a value that is `a` in one row and `b` in another.
BothKind united(BothKind a, BothKind b);

bool is_number(BothKind kind);

struct BothColumn {
  std::string name;
  BothKind kind = BothKind::unknown;
  bool is_collated = false;  ///< its collation tells all letters apart on MariaDB
  int digits = 0;            ///< BothKind::datetime: of the second's fraction
  bool is_never_null = false;
  bool is_named = true;  ///< by a column or AS; otherwise by its text
};

/// What a name in front of a column stands for: a table, a view, a query, NEW or OLD.
struct BothSource {
  std::string name;
  std::vector<BothColumn> columns;
  bool is_open = false;  ///< has columns of which nothing is known
  bool is_row = false;   ///< NEW or OLD: its columns are never named without it
  std::vector<std::vector<std::string>> keys = {};  ///< columns that name one row
};

/// What SQL can name of a query: the tables behind its FROM, and its own columns.
struct BothScope {
  /// How the columns of a query are taken together.
  struct Grouping {
    struct Bare {
      std::size_t source;
      std::string column;
      std::size_t place;  ///< the number of the query's column that it stands in
    };
    std::vector<std::size_t> extremes;  ///< sources with a column in min() or max()
    std::vector<Bare> bare;             ///< columns outside functions that take rows together
    std::size_t place = 0;
    bool is_selecting = false;
    int inside = 0;          ///< in so many functions that take rows together
    int inside_extreme = 0;  ///< of them, min() and max()
  };
  std::vector<BothSource> sources;
  std::vector<BothColumn> aliases;
  Grouping grouping = {};
  bool is_merging = false;  ///< of columns that USING or NATURAL joins, `*` gives one
  std::vector<std::string> assigned = {};  ///< columns that an UPDATE has set
};

struct BothName {
  const BothColumn* column = nullptr;
  std::size_t scope = 0;
  std::size_t source = 0;
  bool is_alias = false;
  bool is_open = false;  ///< it may be a column of a source of which nothing is known
};

/// Looks `name` up from the innermost scope, the last one, as SQLite does: columns before aliases.
/// The result points into `scopes`.
BothName find_name(const std::vector<BothScope>& scopes, std::string_view source,
                   std::string_view name);

BothSource source_of(const schema::Table& table);

}  // namespace dbmig::dialect
