#include "transfer/name_columns.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/identifier.hpp"
#include "base/text.hpp"
#include "import/column_finder.hpp"
#include "import/plain_name.hpp"
#include "import/plan.hpp"

namespace dbmig::transfer {
namespace {

constexpr const char* kLeftOut = "-";

/// Whether an import would not look for a column of this name.
bool has_meaning(std::string_view name) {
  return name == kLeftOut || name == import::kRejectFile || name == import::kRejectLine ||
         name == import::kRejectReason;
}

/// Whether --map can name this field of a header in one line.
bool is_nameable(std::string_view name) {
  return !text::trim(name).empty() && std::none_of(name.begin(), name.end(), [](char c) {
    return c == '=' || static_cast<unsigned char>(c) < ' ';
  });
}

}  // namespace

std::vector<std::string> name_columns(const std::vector<std::string>& names) {
  std::vector<std::string> columns;
  std::unordered_set<std::string> taken;
  std::unordered_map<std::string, int> last_numbers;
  for (const std::string& name : names) {
    std::string plain = import::plain_name(name);
    if (plain.empty()) plain = fmt::format("column_{}", columns.size() + 1);
    std::string unique = plain;
    int& number = last_numbers.try_emplace(folded_identifier(plain), 1).first->second;
    while (!taken.insert(folded_identifier(unique)).second) {
      const std::string ending = fmt::format("_{}", ++number);
      unique = import::cut_name(plain, import::kMaxNameCharacters - ending.size()) + ending;
    }
    columns.push_back(std::move(unique));
  }
  return columns;
}

FieldColumns columns_of_fields(const schema::Table& table, const std::vector<std::string>& names,
                               const std::vector<std::string>& columns, bool has_order) {
  const import::ColumnFinder finder(table);
  std::unordered_map<std::string, int> uses;
  for (const std::string& name : names) ++uses[std::string(text::trim(name))];
  FieldColumns result;
  bool is_by_name = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const schema::Column* found = finder.find(names[i]);
    const bool is_found = found != nullptr && found->name == columns[i];
    if (is_found && !has_meaning(text::trim(names[i]))) {
      // Which of two is meant cannot be told by their name.
      is_by_name = is_by_name && (!has_order || uses[std::string(text::trim(names[i]))] == 1);
      continue;
    }
    result.map.emplace_back(names[i], columns[i]);
    is_by_name =
        is_by_name &&
        (!has_order || (is_nameable(names[i]) && uses[std::string(text::trim(names[i]))] == 1));
  }
  if (!is_by_name) {
    result.map.clear();
    result.in_order = columns;
  }
  return result;
}

}  // namespace dbmig::transfer
