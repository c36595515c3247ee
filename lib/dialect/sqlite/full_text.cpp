#include "dialect/sqlite/full_text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbmig::dialect::sqlite {

const schema::Table* text_source(const schema::Schema& schema,
                                 const ops::FullTextContent& content) {
  for (const auto& [name, table] : schema.tables) {
    const bool is_here = table.only.value_or(DialectKind::sqlite) == DialectKind::sqlite;
    if (!is_here || !text::equals_ignoring_case(name, content.table)) continue;
    return table.sqlite.module.empty() ? &table : nullptr;
  }
  return nullptr;
}

std::vector<std::string> missing_columns(const schema::Table& source,
                                         const ops::FullTextContent& content) {
  const auto has = [&](const std::string& name) {
    return std::any_of(source.columns.begin(), source.columns.end(),
                       [&](const schema::Column& column) {
                         return text::equals_ignoring_case(column.name, name);
                       });
  };
  const auto is_rowid = [](const std::string& name) {
    const std::string lower = text::lower(name);
    return lower == "rowid" || lower == "_rowid_" || lower == "oid";
  };
  std::vector<std::string> missing;
  for (const std::string& column : content.columns) {
    if (!has(column)) missing.push_back(column);
  }
  const std::string& rowid = content.rowid;
  if (!rowid.empty() && !has(rowid) && !is_rowid(rowid)) missing.push_back(rowid);
  return missing;
}

}  // namespace dbmig::dialect::sqlite
