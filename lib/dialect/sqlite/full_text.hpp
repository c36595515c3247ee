#pragma once

#include <string>
#include <vector>

#include "ops/full_text.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

/// The table of `schema` that has the text of a full-text table; nullptr where a view has it, or
/// nothing that is known.
const schema::Table* text_source(const schema::Schema& schema, const ops::FullTextContent& content);

/// The columns that `content` names and `source`, its table, does not have.
std::vector<std::string> missing_columns(const schema::Table& source,
                                         const ops::FullTextContent& content);

}  // namespace dbmig::dialect::sqlite
