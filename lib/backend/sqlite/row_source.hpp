#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/row_source.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// The rows of `sql`, one statement with a `?` for each of `values`. `database` must outlive them;
/// the values are copied.
std::unique_ptr<RowSource> read_rows(sqlite3* database, std::string_view sql,
                                     std::span<const Cell> values = {});

}  // namespace dbmig::backend::sqlite
