#include "dialect/mariadb/foreign_key_names.hpp"

#include <fmt/core.h>

#include <map>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// Calls `found(table, key, owner)` for each key whose name table `owner` has before `table`.
template <class Found>
void for_repeated(const schema::Schema& schema, const Found& found) {
  std::map<std::string, std::string> owners;
  for (const auto& [name, table] : schema.tables) {
    if (table.only.value_or(DialectKind::mariadb) != DialectKind::mariadb) continue;
    for (const schema::ForeignKey& key : table.foreign_keys) {
      if (key.name.empty()) continue;
      const auto [at, is_new] = owners.emplace(text::lower(key.name), name);
      if (!is_new && at->second != name) found(name, key.name, at->second);
    }
  }
}

}  // namespace

std::vector<Refusal> repeated_foreign_key_names(const schema::Schema& schema) {
  std::vector<Refusal> found;
  for_repeated(
      schema, [&](const std::string& table, const std::string& key, const std::string& owner) {
        found.push_back({{"tables", table, "foreign_keys", key},
                         fmt::format("foreign key '{}' is in table '{}' too", key, owner),
                         "before MariaDB 12.1 the names of foreign keys are unique in a database: "
                         "rename one of the two"});
      });
  return found;
}

void require_unique_foreign_keys(const schema::Schema& schema, const std::set<std::string>& added,
                                 int server) {
  if (added.empty()) return;
  for_repeated(schema, [&](const std::string& table, const std::string& key,
                           const std::string& owner) {
    if (added.count(text::lower(key)) == 0) return;
    throw Error(ErrorCode::invalid,
                fmt::format("tables '{}' and '{}' both have a foreign key '{}', and this server is "
                            "MariaDB {}.{}: before 12.1 these names are unique in a database",
                            owner, table, key, server / 10000, server / 100 % 100))
        .hint("rename one of the two");
  });
}

}  // namespace dbmig::dialect::mariadb
