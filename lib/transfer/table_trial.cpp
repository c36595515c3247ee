#include "transfer/table_trial.hpp"

#include <fmt/core.h>

#include <vector>

#include "base/error.hpp"
#include "dialect/capabilities.hpp"
#include "ops/operation.hpp"

namespace dbmig::transfer {

TableTrial::TableTrial(const backend::Connection& target) {
  if (!dialect::capabilities(target.dialect().kind()).is_server) {
    scratch_ = std::make_unique<backend::Scratch>(
        backend::ScratchOptions{.kind = target.dialect().kind()});
  } else {
    session_ = backend::connect(target.url());
    session_->set_time_zone(backend::kUtc);
  }
}

backend::Connection& TableTrial::connection() const {
  return session_ ? *session_ : scratch_->connection();
}

void TableTrial::make(const schema::Table& table) {
  constexpr std::string_view kCreate = "CREATE TABLE ";
  const std::vector<ops::Operation> create{ops::CreateTable{table}};
  for (const dialect::Statement& statement : connection().dialect().plan({}, create, {})) {
    std::string sql = statement.sql;
    if (session_ && sql.starts_with(kCreate)) {
      sql = fmt::format("CREATE TEMPORARY TABLE {}", sql.substr(kCreate.size()));
    }
    connection().execute(sql);
  }
}

void TableTrial::drop(const schema::Table& table) {
  connection().execute(fmt::format("DROP {}TABLE IF EXISTS {}", session_ ? "TEMPORARY " : "",
                                   connection().dialect().quote_identifier(table.name)));
}

std::optional<std::string> TableTrial::refusal_of(const schema::Table& table) {
  schema::Table plain = table;
  plain.foreign_keys.clear();
  plain.mariadb.partition.clear();
  plain.mariadb.system_versioned = false;
  // A temporary table cannot have a period (error 4152); without it, its keys are plain ones.
  plain.mariadb.period.reset();
  std::vector<schema::Index> indexes;
  for (const schema::Index& index : table.indexes) {
    if (index.kind == schema::IndexKind::plain) indexes.push_back(index);
  }
  plain.indexes = std::move(indexes);
  try {
    make(plain);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
    if (error.code() == ErrorCode::access) return std::nullopt;
    drop(plain);
    return error.message();
  }
  drop(plain);
  return std::nullopt;
}

}  // namespace dbmig::transfer
