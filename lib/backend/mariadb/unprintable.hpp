#pragma once

#include <vector>

#include "backend/backend.hpp"
#include "backend/mariadb/session.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

/// Asks the server for what it prints with a `?` in SHOW CREATE TABLE, as its own texts are in
/// utf8mb3: the labels of ENUM and SET columns and the defaults of `schema` that hold characters
/// outside of the Basic Multilingual Plane, and defaults that are not valid text at all. Returns
/// what it would not tell.
std::vector<Unsupported> read_unprintable(Session& session, schema::Schema& schema);

}  // namespace dbmig::backend::mariadb
