#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "backend/row_source.hpp"

struct st_mysql;

namespace dbmig::backend::mariadb {

/// The rows of `sql`, one statement with a `?` for each of `values`, over the binary protocol: no
/// number goes through text. `connection` must outlive them; the values need not.
std::unique_ptr<RowSource> read_rows(st_mysql* connection, std::string_view sql,
                                     std::span<const Cell> values = {});

}  // namespace dbmig::backend::mariadb
