#pragma once

#include <string>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// What a script sends before a statement that renames columns of `table`, which it finds as it is
/// given; empty if there is no need. It changes nothing. MariaDB may keep a table open under the
/// alias that a view or another session's query gives it, and does not find a renamed column then
/// that a generated column, a check or a default uses (10.11.19). After an ALTER TABLE it opens the
/// table anew. A connection helps itself when it is refused (backend/mariadb/cached_table.hpp).
std::string before_renamed_columns(DialectKind kind, const schema::Table& table);

}  // namespace dbmig::dialect
