#pragma once

#include <string>
#include <vector>

#include "backend/mariadb/session.hpp"

namespace dbmig::backend::mariadb {

struct Wanted {
  std::string kind;  ///< "TABLE", "VIEW", "SEQUENCE", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"
  std::string name;
};

/// What SHOW CREATE says of one object.
struct Shown {
  std::string kind;  ///< as `Wanted` has it, but "VIEW" for a view that was asked for as a table
  std::string name;  ///< as the server writes it
  std::string text;  ///< empty when there is none, see `error`
  std::string sql_mode;  ///< of a stored program
  std::string error;     ///< why there is no text
  /// There is no such table: with lists of names, of which some do not exist, asking costs less
  /// than information_schema.
  bool is_missing = false;
};

/// SHOW CREATE of all `wanted`, in that order, with one statement however many they are.
std::vector<Shown> show_create(Session& session, const std::vector<Wanted>& wanted);

}  // namespace dbmig::backend::mariadb
