#include "import/column_finder.hpp"

#include "base/text.hpp"
#include "import/plain_name.hpp"

namespace dbmig::import {

ColumnFinder::ColumnFinder(const schema::Table& table) {
  for (const schema::Column& column : table.columns) {
    exact_.emplace(column.name, &column);
    lower_.emplace(text::lower(column.name), &column);
    const auto [place, is_new] = plain_.emplace(plain_name(column.name), &column);
    if (!is_new) place->second = nullptr;
  }
}

const schema::Column* ColumnFinder::find(std::string_view name) const {
  const std::string wanted(text::trim(name));
  if (const auto found = exact_.find(wanted); found != exact_.end()) return found->second;
  if (const auto found = lower_.find(text::lower(wanted)); found != lower_.end()) {
    return found->second;
  }
  // `first;name` may be two names, and no first_name.
  const bool may_be_several = wanted.find_first_of(",;|\t") != std::string::npos;
  const std::string plain = may_be_several ? "" : plain_name(wanted);
  const auto found = plain.empty() ? plain_.end() : plain_.find(plain);
  return found == plain_.end() ? nullptr : found->second;
}

}  // namespace dbmig::import
