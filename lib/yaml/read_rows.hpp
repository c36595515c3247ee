#pragma once

#include <optional>

#include "ops/operation.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {

/// The body of bulk_insert and bulk_delete:
/// `{table: pais, columns: [id, nombre], rows: [[1, España], [2, null]]}`, or rows as mappings by
/// column, all with the same columns. Values are the text that stands there; `true` is 1 and
/// `false` 0, which both databases take for their booleans. Nothing: reported.
std::optional<ops::BulkInsert> read_rows(Reader& reader, const Node& key, const Node& body);

}  // namespace dbmig::yaml
