#include "proof/external.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "backend/foreign_key_checks.hpp"
#include "backend/missing_object.hpp"
#include "ops/sql_tokens.hpp"
#include "schema/external.hpp"
#include "schema/type.hpp"

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

void add_columns(Tables& tables, const std::string& name,
                 const std::vector<schema::Column>& columns) {
  schema::Table& table = tables[name];
  table.name = name;
  for (const schema::Column& column : columns) {
    if (table.find_column(column.name) == nullptr) table.columns.push_back(column);
  }
}

/// A column that any query can read.
schema::Column text_column(const std::string& name) {
  schema::Column column;
  column.name = name;
  column.type = schema::parse_type("varchar(40)");
  return column;
}

/// The table that `alias` stands for in a query; itself when it is none.
std::string aliased(const std::string& sql, const std::string& alias) {
  std::vector<ops::Token> tokens;
  for (const ops::Token& token : ops::tokenize(sql, DialectKind::mariadb)) {
    if (token.kind != ops::TokenKind::space && token.kind != ops::TokenKind::comment) {
      tokens.push_back(token);
    }
  }
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (!ops::is_name(tokens[i]) || ops::identifier(tokens[i]) != alias) continue;
    const std::size_t before = ops::is_word(tokens[i - 1], "as") && i > 1 ? i - 2 : i - 1;
    const bool is_table =
        before > 0 && ops::is_name(tokens[before]) &&
        (ops::is_word(tokens[before - 1], "from") || ops::is_word(tokens[before - 1], "join") ||
         tokens[before - 1].text == "," || tokens[before - 1].text == "(");
    if (is_table) return ops::identifier(tokens[before]);
  }
  return alias;
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
  for (const auto& [name, columns] : read_) {
    if (after.tables.count(name) == 0) add_columns(wanted, name, columns);
  }
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
  backend::without_foreign_key_checks(connection_, [&] {
    execute(drops, there);
    execute(creates, {});
  });
  made_ = std::move(wanted);
  return !drops.empty();
}

void ExternalTables::execute(std::span<const ops::Operation> operations,
                             const schema::Schema& before) {
  for (const auto& statement : connection_.dialect().plan(before, operations, {})) {
    connection_.execute(statement.sql);
  }
}

/// Makes the table or column that the database says it misses; false when it says something else.
bool ExternalTables::add_what_is_missing(const std::string& sql, const Error& error) {
  const auto missing = backend::missing_object(connection_, error);
  if (!missing) return false;
  const std::string& name = missing->name;
  switch (missing->kind) {
    case backend::MissingObject::Kind::table:
      return add_table(name.substr(name.rfind('.') + 1));
    case backend::MissingObject::Kind::column:
      return add_column(sql, name);
    case backend::MissingObject::Kind::function:
      return false;
  }
  return false;
}

bool ExternalTables::add_table(const std::string& name) {
  if (made_.count(name) != 0) return false;
  // A table has columns; what the view reads of it is not known yet.
  const schema::Column first = text_column("dbmig_external");
  read_[name].push_back(first);
  add_columns(made_, name, {first});
  connection_.execute("CREATE TABLE " + connection_.dialect().quote_identifier(name) +
                      " (dbmig_external VARCHAR(40))");
  return true;
}

/// `name` may be qualified by a table or by what the query calls it.
bool ExternalTables::add_column(const std::string& sql, const std::string& name) {
  const std::size_t dot = name.rfind('.');
  const std::string column = dot == name.npos ? name : name.substr(dot + 1);
  std::string table;
  if (dot != name.npos) table = aliased(sql, name.substr(0, dot));
  if (table.empty() && made_.size() == 1) table = made_.begin()->first;
  const auto found = made_.find(table);
  if (found == made_.end() || found->second.find_column(column) != nullptr) return false;
  read_[table].push_back(text_column(column));
  found->second.columns.push_back(text_column(column));
  connection_.execute("ALTER TABLE " + connection_.dialect().quote_identifier(table) +
                      " ADD COLUMN " + connection_.dialect().quote_identifier(column) +
                      " VARCHAR(40)");
  return true;
}

void ExternalTables::execute_view(const std::string& sql) {
  while (true) {
    try {
      return connection_.execute(sql);
    } catch (const Error& error) {
      if (!add_what_is_missing(sql, error)) throw;
    }
  }
}

void ExternalTables::read_view(const std::string& name, const std::string& sql) {
  const std::string query =
      "SELECT * FROM " + connection_.dialect().quote_identifier(name) + " LIMIT 0";
  while (true) {
    try {
      connection_.query(query);
      return;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      if (!add_what_is_missing(sql, error)) return;
    }
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
