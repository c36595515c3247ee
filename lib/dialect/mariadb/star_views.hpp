#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// The views of `schema` that take all columns of one of `changed` (tables, in lower case), or of a
/// view that does, in the order in which they are to be made again: the server replaced their `*`
/// by the columns that there were. Without those that `goes_later` says yes to.
std::vector<std::string> star_views_over(
    const schema::Schema& schema, std::set<std::string> changed,
    const std::function<bool(const std::string& view)>& goes_later);

}  // namespace dbmig::dialect::mariadb
