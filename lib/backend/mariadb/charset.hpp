#pragma once

#include <map>
#include <string>

#include "backend/mariadb/session.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

/// What a server and its current database take for "nothing said".
struct Charsets {
  std::string charset;                                    ///< of the database
  std::string collation;                                  ///< of the database
  std::map<std::string, std::string> default_collations;  ///< of each character set

  /// The default collation of `charset`.
  std::string collation_of(const std::string& set) const;
};

/// Reads them. Two queries.
Charsets read_charsets(Session& session);

/// `table` with the character sets and collations that it has anyway left out: of the table where
/// they are the database's, of a column where they are the table's, a collation where it is its
/// character set's own. Both what is inspected and what is compared with it go through this.
schema::Table relative_to(schema::Table table, const Charsets& charsets);

}  // namespace dbmig::backend::mariadb
