#pragma once

#include <string>

#include "backend/backend.hpp"
#include "dialect/wording.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// `live`, as it was inspected, with tables and views under the names that `expected` has for them
/// where the database keeps all names in lower case (Connection::folds_table_names).
schema::Schema with_expected_names(backend::Connection& connection, const schema::Schema& expected,
                                   schema::Schema live);

/// The text at `key`, whose names are told ones, among the `words` of what was inspected.
const std::string& words_at(const dialect::Words& words, dialect::WordingKey key);

}  // namespace dbmig::run
