#pragma once

#include <cstddef>
#include <vector>

#include "backend/backend.hpp"
#include "backend/mariadb/catalog.hpp"
#include "backend/mariadb/session.hpp"
#include "schema/column.hpp"

namespace dbmig::backend::mariadb {

/// A row of information_schema.COLUMNS. Character set and collation are the effective ones.
schema::Column read_column(const Catalog& rows, std::size_t row, Session& session,
                           std::vector<Unrepresented>& unrepresented);

}  // namespace dbmig::backend::mariadb
