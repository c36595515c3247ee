#pragma once

#include <string>
#include <string_view>

#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

/// `CREATE DEFINER=… FUNCTION name rest`, cut up. The text may be of any sql_mode.
struct CreateProgram {
  std::string definer;  ///< `user@host`, or a role's name
  std::string rest;     ///< what follows the name
};

/// `kind`: "FUNCTION", "TRIGGER", "VIEW"…
CreateProgram read_program(std::string_view sql, std::string_view kind);

/// The view that SHOW CREATE VIEW's text makes.
schema::View read_view(std::string_view sql, const std::string& name, std::string_view database);

/// What follows a trigger's name without the database before its table and without FOLLOWS or
/// PRECEDES, which only say in which order it was made.
std::string trigger_text(const std::string& rest);

}  // namespace dbmig::backend::mariadb
