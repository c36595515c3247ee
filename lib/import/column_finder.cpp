#include "import/column_finder.hpp"

#include "base/text.hpp"
#include "import/plain_name.hpp"

namespace dbmig::import {

ColumnFinder::ColumnFinder(const schema::Table& table) {
  const auto add = [](Columns& columns, const std::string& name, const schema::Column& column) {
    const auto [place, is_new] = columns.emplace(name, &column);
    if (!is_new) place->second = nullptr;
  };
  for (const schema::Column& column : table.columns) {
    exact_.emplace(column.name, &column);
    lower_.emplace(text::lower(column.name), &column);
    add(plain_, plain_name(column.name), column);
    add(brief_, brief_name(column.name), column);
  }
}

const schema::Column* ColumnFinder::find(std::string_view name) const {
  const std::string wanted(text::trim(name));
  if (const auto found = exact_.find(wanted); found != exact_.end()) return found->second;
  if (const auto found = lower_.find(text::lower(wanted)); found != lower_.end()) {
    return found->second;
  }
  // `first;name` may be two names, and no first_name.
  if (wanted.find_first_of(",;|\t") != std::string::npos) return nullptr;
  if (const auto found = plain_.find(plain_name(wanted)); found != plain_.end()) {
    return found->second;
  }
  // `'name'` may be in quotes that other files have.
  const bool may_be_quoted = wanted.find_first_of("'\"`") != std::string::npos;
  const std::string brief = may_be_quoted ? "" : brief_name(wanted);
  const auto found = brief.empty() ? brief_.end() : brief_.find(brief);
  return found == brief_.end() ? nullptr : found->second;
}

}  // namespace dbmig::import
