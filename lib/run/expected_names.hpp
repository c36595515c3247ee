#pragma once

#include <string>

#include "backend/backend.hpp"
#include "dialect/definitions.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// Returns the inspected schema `live` with the names of `expected` for tables and views, if the
/// database stores all names in lower case (Connection::folds_table_names).
schema::Schema with_expected_names(backend::Connection& connection, const schema::Schema& expected,
                                   schema::Schema live);

/// The text at `key`, given with the expected names, among the `definitions` of the inspected
/// schema.
const std::string& definition_at(const dialect::Definitions& definitions,
                                 dialect::DefinitionKey key);

}  // namespace dbmig::run
