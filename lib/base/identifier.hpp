#pragma once

#include <string>
#include <string_view>

namespace dbmig {

/// `name`, UTF-8, as MariaDB compares the names of columns, indexes and checks: two names are one
/// when this gives the same for both (`AÑO` and `año`; not `ano`). What is no UTF-8, and what is
/// beyond the BMP, stays. SQLite compares ASCII letters alone, as text::lower() does, and so does
/// InnoDB for foreign keys. Tables have a case or not as the server's file system has
/// (lower_case_table_names); without one they are compared like columns.
std::string folded_identifier(std::string_view name);

/// Whether MariaDB takes the names of two columns, indexes or checks for one.
bool same_identifier(std::string_view a, std::string_view b);

/// folded_identifier() as the names of checks are compared, for which `İ` is no `i`.
std::string folded_check_name(std::string_view name);

}  // namespace dbmig
