#pragma once

#include <optional>
#include <utility>

#include "dialect/mariadb/alter.hpp"

namespace dbmig::dialect::mariadb {

/// MariaDB makes no plain column of a virtual one, nor a virtual one of any other (error 1907):
/// the two changes that together do what `change` asks for. On the way a virtual column becomes a
/// stored one under another name, so that its values stay; what becomes virtual, or is computed of
/// either, is left out and comes anew, and so do keys and checks over them. Nothing where there is
/// a straight way.
std::optional<std::pair<TableChange, TableChange>> two_step_alter(const TableChange& change);

}  // namespace dbmig::dialect::mariadb
