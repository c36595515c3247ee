#pragma once

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"
#include "serve/value.hpp"

namespace dbmig::serve {

/// The tables and views of a schema, by name: `[{name, kind, columns, comment}]`.
Json tables_json(const schema::Schema& schema);

/// A table with its columns, keys, indexes, and foreign keys in both directions. Throws
/// Error{not_found}.
Json table_json(const schema::Schema& schema, const std::string& name, DialectKind kind);

}  // namespace dbmig::serve
