#include "proof/external.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "schema/external.hpp"

namespace dbmig::proof {
namespace {

using Tables = std::map<std::string, schema::Table>;

bool is_external(const schema::ForeignKey& key) {
  return key.external;
}

bool mentions_one(const ops::Operation& operation) {
  if (const auto* create = std::get_if<ops::CreateForeignKey>(&operation)) {
    return is_external(create->foreign_key);
  }
  const auto* create = std::get_if<ops::CreateTable>(&operation);
  return create != nullptr && std::any_of(create->table.foreign_keys.begin(),
                                          create->table.foreign_keys.end(), is_external);
}

bool lives_on(const schema::Table& table, DialectKind kind) {
  return table.only.value_or(kind) == kind;
}

}  // namespace

bool ExternalTables::are_concerned(std::span<const ops::Operation> operations) const {
  return !made_.empty() || std::any_of(operations.begin(), operations.end(), mentions_one);
}

bool ExternalTables::provide(const schema::Schema& before, const schema::Schema& after) {
  Tables wanted = schema::external_tables(before, after);
  const DialectKind kind = connection_.dialect().kind();
  std::erase_if(wanted, [&](const auto& entry) { return !lives_on(entry.second, kind); });
  if (wanted == made_) return false;
  std::vector<ops::Operation> drops;
  std::vector<ops::Operation> creates;
  schema::Schema there;
  there.tables.insert(made_.begin(), made_.end());
  for (const auto& [name, table] : made_) {
    const auto found = wanted.find(name);
    if (found == wanted.end() || found->second != table) drops.push_back(ops::DropTable{name});
  }
  for (const auto& [name, table] : wanted) {
    const auto found = made_.find(name);
    if (found == made_.end() || found->second != table) creates.push_back(ops::CreateTable{table});
  }
  const bool sqlite = kind == DialectKind::sqlite;
  connection_.execute(sqlite ? "PRAGMA foreign_keys = OFF" : "SET foreign_key_checks = 0");
  execute(drops, there);
  execute(creates, {});
  connection_.execute(sqlite ? "PRAGMA foreign_keys = ON" : "SET foreign_key_checks = 1");
  made_ = std::move(wanted);
  return !drops.empty();
}

void ExternalTables::execute(std::span<const ops::Operation> operations,
                             const schema::Schema& before) {
  for (const auto& statement : connection_.dialect().plan(before, operations, {})) {
    connection_.execute(statement.sql);
  }
}

schema::Schema ExternalTables::with(schema::Schema schema) const {
  schema.tables.insert(made_.begin(), made_.end());
  return schema;
}

schema::Schema ExternalTables::without(schema::Schema schema) const {
  for (const auto& [name, table] : made_) schema.tables.erase(name);
  return schema;
}

}  // namespace dbmig::proof
