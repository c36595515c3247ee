#pragma once

#include <string>
#include <string_view>

namespace dbmig::backend::mariadb {

/// The names in `sql`, as string literals for `IN (…)`; empty if it has none.
std::string name_literals(std::string_view sql);

}  // namespace dbmig::backend::mariadb
