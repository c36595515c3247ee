#pragma once

#include <span>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::dialect::mariadb {

/// What a limit looks at, and where it puts what it finds.
struct LimitCheck {
  const schema::Schema& schema;  ///< what lives on MariaDB alone
  std::vector<Refusal>& found;
};

/// One of MariaDB's documented limits.
struct Limit {
  const char* what;                                                 ///< "columns in a table"
  const char* source;                                               ///< the vendor's page
  void (*check)(const schema::Table& table, const LimitCheck& in);  ///< may be nullptr
  /// Of what is outside of tables, once for each schema.
  void (*check_rest)(const LimitCheck& in) = nullptr;
};

/// All limits that are known, in the order in which they are looked at. They are MariaDB 10.11's
/// for the engine InnoDB; a limit that does not hold for a table's own engine passes it over.
std::span<const Limit> limits();

}  // namespace dbmig::dialect::mariadb
