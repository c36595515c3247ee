#pragma once

#include <set>
#include <span>
#include <string>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::sqlite {

/// What is known of the database before the first operation.
struct Start {
  /// With the bystanders that hang on its tables and views as parts of it, so that they are
  /// renamed, dropped and put back like everything else.
  schema::Schema schema;
  std::set<std::string> unnamed;  ///< tables with constraints that have no name
};

/// `before` with what the bystanders add to it. Those that are part of it already, and those that
/// hang on nothing in it, are left out. Throws Error{invalid} when the SQL of one cannot be read.
Start start_from(const schema::Schema& before, std::span<const Bystander> bystanders);

}  // namespace dbmig::dialect::sqlite
