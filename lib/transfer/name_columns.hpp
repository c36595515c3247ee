#pragma once

#include <string>
#include <utility>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

/// Names for the columns of a file whose header has `names`: import::plain_name() of each, told
/// apart by numbers where a database would take two for one (price, price_2), and column_1 for the
/// first if it has no name. Every database takes them.
std::vector<std::string> name_columns(const std::vector<std::string>& names);

/// What an import must be told so that each field of a file gets its column.
struct FieldColumns {
  /// Names of the header and their columns, for --map; "-" leaves a field out.
  std::vector<std::pair<std::string, std::string>> map;
  /// If names alone cannot say it: the column of each field, for --columns with --header.
  std::vector<std::string> in_order;
};

/// `names` are those of the header, `columns` the column of `table` for each of them, or "-" if the
/// field is left out. `has_order` is false for the keys of JSON objects and for files with other
/// orders, whose names are all different.
FieldColumns columns_of_fields(const schema::Table& table, const std::vector<std::string>& names,
                               const std::vector<std::string>& columns, bool has_order);

}  // namespace dbmig::transfer
