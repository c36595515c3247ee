#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dbmig::dialect::mariadb {

/// Where a function is called.
enum class FunctionUse { check, generated, stored, default_value, query };

struct RefusedFunction {
  std::string name;         ///< "typeof()"
  bool is_unknown = false;  ///< MariaDB has none of that name
};

/// The first function in `sql` that MariaDB refuses in such a place: one of SQLite's that it does
/// not have, or one whose answer depends on more than the row. Functions that neither list knows
/// pass: they may be the application's own.
/// Sources: https://www.sqlite.org/lang_corefunc.html, https://mariadb.com/kb/en/generated-columns/
std::optional<RefusedFunction> refused_function(std::string_view sql, FunctionUse use);

}  // namespace dbmig::dialect::mariadb
