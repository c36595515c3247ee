#pragma once

#include <set>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::mariadb {

/// From this version on (as mysql_get_server_version() has it) a name of a foreign key is one of
/// its table, the server calls those without a name `1`, `2`, …, and names like `t_ibfk_1` stay
/// when their table is renamed; before, a name is one of the database.
/// Source: https://jira.mariadb.org/browse/MDEV-28933
inline constexpr int kForeignKeyNamesPerTable = 120100;

/// The foreign keys whose name a table before theirs has, too.
std::vector<Refusal> repeated_foreign_key_names(const schema::Schema& schema);

/// Throws Error{invalid} where a foreign key of `schema` called like one of `added` (in lower case)
/// has its name in common with one of another table. `server` is the version.
void require_unique_foreign_keys(const schema::Schema& schema, const std::set<std::string>& added,
                                 int server);

}  // namespace dbmig::dialect::mariadb
