#pragma once

#include <memory>
#include <string_view>

#include "backend/row_source.hpp"

struct st_mysql;

namespace dbmig::backend::mariadb {

/// The rows of `sql`, one statement without parameters, over the binary protocol: no number goes
/// through text. `connection` must outlive them.
std::unique_ptr<RowSource> read_rows(st_mysql* connection, std::string_view sql);

}  // namespace dbmig::backend::mariadb
