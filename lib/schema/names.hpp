#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::schema {

/// The longest identifier, in characters, that every supported database takes (MariaDB's 64).
inline constexpr std::size_t kMaxIdentifier = 64;

/// `prefix_table_col1_col2`; when longer than kMaxIdentifier, cut and ended with `_` and 8
/// hexadecimal digits of a hash of the whole, so that it is deterministic and unique.
std::string constraint_name(std::string_view prefix, std::string_view table,
                            const std::vector<std::string>& columns);

/// Fills in every empty constraint and index name of `table`: `pk_`, `uq_`, `ix_`, `fk_`, `ck_`.
/// Unnamed checks are numbered from 1 in order: `ck_table_1`. A name that another of its kind in
/// the table has is followed by `_2`, `_3`….
Table with_names(Table table);

}  // namespace dbmig::schema
