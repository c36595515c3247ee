#pragma once

#include <memory>
#include <string_view>

#include "backend/row_source.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// The rows of `sql`, one statement without parameters. `database` must outlive them.
std::unique_ptr<RowSource> read_rows(sqlite3* database, std::string_view sql);

}  // namespace dbmig::backend::sqlite
