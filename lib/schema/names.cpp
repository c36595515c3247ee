#include "schema/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/hash.hpp"
#include "base/identifier.hpp"
#include "base/text.hpp"

namespace dbmig::schema {
namespace {

constexpr std::size_t kHashDigits = 8;

/// `name` itself, or ended with a hash of the whole when it is too long.
std::string fitted(const std::string& name) {
  if (text::utf8_length(name) <= kMaxIdentifier) return name;
  std::size_t end = 0;
  for (std::size_t characters = 0; end < name.size(); ++end) {
    const bool starts_character = (static_cast<unsigned char>(name[end]) & 0xC0U) != 0x80U;
    if (starts_character && characters++ == kMaxIdentifier - kHashDigits - 1) break;
  }
  return name.substr(0, end) + "_" + sha256_hex(name).substr(0, kHashDigits);
}

std::vector<std::string> columns_of(const Index& index) {
  std::vector<std::string> columns;
  for (const IndexPart& part : index.parts) {
    columns.push_back(part.column.empty() ? "expr" : part.column);
  }
  return columns;
}

/// Names that one table's objects of one kind have taken, ignoring case as the databases do.
class Taken {
 public:
  void add(const std::string& name) { names_.insert(folded_identifier(name)); }

  /// `wanted`, or the first of `wanted_2`, `wanted_3`… that is free.
  std::string claim(const std::string& wanted) {
    std::string name = wanted;
    for (int n = 2; !names_.insert(folded_identifier(name)).second; ++n) {
      name = fitted(fmt::format("{}_{}", wanted, n));
    }
    return name;
  }

 private:
  std::set<std::string> names_;
};

}  // namespace

std::string constraint_name(std::string_view prefix, std::string_view table,
                            const std::vector<std::string>& columns) {
  std::string name = fmt::format("{}_{}", prefix, table);
  for (const std::string& column : columns) name += "_" + column;
  return fitted(name);
}

Table with_names(Table table) {
  if (table.primary_key && table.primary_key->name.empty()) {
    table.primary_key->name = constraint_name("pk", table.name, table.primary_key->columns);
  }
  Taken keys;
  Taken foreign_keys;
  Taken checks;
  for (const Unique& unique : table.uniques) keys.add(unique.name);
  for (const Index& index : table.indexes) keys.add(index.name);
  for (const ForeignKey& key : table.foreign_keys) foreign_keys.add(key.name);
  for (const Check& check : table.checks) checks.add(check.name);

  for (Unique& unique : table.uniques) {
    if (!unique.name.empty()) continue;
    unique.name = keys.claim(constraint_name("uq", table.name, unique.columns));
  }
  for (Index& index : table.indexes) {
    if (!index.name.empty()) continue;
    index.name = keys.claim(constraint_name("ix", table.name, columns_of(index)));
  }
  for (ForeignKey& key : table.foreign_keys) {
    if (!key.name.empty()) continue;
    key.name = foreign_keys.claim(constraint_name("fk", table.name, key.columns));
  }
  int number = 0;
  for (Check& check : table.checks) {
    if (!check.name.empty()) continue;
    check.name = checks.claim(constraint_name("ck", table.name, {fmt::format("{}", ++number)}));
  }
  return table;
}

}  // namespace dbmig::schema
