#pragma once

#include <string_view>

#include "dialect/two_meanings.hpp"

namespace dbmig::dialect {

/// The text of a view or trigger for both databases: names in double quotes or brackets, texts in
/// double quotes, and `||` between operands that can be told without knowing the grammar. `sql`
/// speaks of the tables of `schema`.
ForBoth query_for_both(std::string_view sql, const schema::Schema& schema);

}  // namespace dbmig::dialect
