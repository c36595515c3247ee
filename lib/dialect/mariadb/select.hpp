#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// A view's query in the one spelling that dbmig compares: the user's text and what the server made
/// of it (every column qualified and given an alias, `*` written out, expressions printed anew)
/// come out the same as far as `schema` tells which table a column belongs to. `columns` are the
/// view's own column names, which become aliases. A query that cannot be parsed comes back token by
/// token.
std::string normalize_select(std::string_view sql, const schema::Schema& schema,
                             const std::vector<std::string>& columns = {});

/// A trigger from its timing on: the head in one spelling, the body as it is without the last `;`.
std::string normalize_trigger(std::string_view sql, std::string_view table);

}  // namespace dbmig::dialect::mariadb
