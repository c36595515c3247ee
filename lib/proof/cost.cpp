#include "proof/cost.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "proof/external.hpp"
#include "proof/outside.hpp"
#include "run/variables.hpp"

namespace dbmig::proof {
namespace {

/// The server's ways of saying "not like this" (errmsg-utf8.txt): a syntax error where partitions
/// leave no room for ALGORITHM, a wrong usage of LOCK, and not supported, without and with a
/// reason.
bool is_refusal(const Error& error) {
  constexpr std::array kNumbers{1064, 1221, 1845, 1846};
  return std::find(kNumbers.begin(), kNumbers.end(), error.native_code()) != kNumbers.end();
}

/// The table of an ALTER TABLE as the planner writes it; empty for other statements.
std::string altered_table(std::string_view sql) {
  constexpr std::string_view kBegin = "ALTER TABLE `";
  constexpr std::string_view kFor = " FOR ";
  const std::size_t settings = sql.starts_with("SET STATEMENT ") ? sql.find(kFor) : sql.npos;
  if (settings != sql.npos) sql.remove_prefix(settings + kFor.size());
  if (!sql.starts_with(kBegin)) return {};
  std::string name;
  for (std::size_t i = kBegin.size(); i < sql.size(); ++i) {
    if (sql[i] == '`') {
      if (i + 1 == sql.size() || sql[i + 1] != '`') break;
      ++i;  // a doubled one stands for itself
    }
    name += sql[i];
  }
  return name;
}

}  // namespace

std::vector<StatementCost> run_and_measure(backend::Connection& connection,
                                           std::span<const dialect::Statement> statements,
                                           const dialect::Variables& variables) {
  std::vector<StatementCost> costs;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const dialect::Statement& statement = statements[i];
    const std::string table = statement.is_data ? "" : altered_table(statement.sql);
    if (table.empty()) {
      run::send_with_values(connection, statement.sql, variables);
      continue;
    }
    StatementCost cost{i, table, {}, {}, statement.first_operation, statement.last_operation};
    const auto takes = [&](const char* algorithm, const char* lock) {
      try {
        connection.execute(
            fmt::format("{}, ALGORITHM={}, LOCK={}", statement.sql, algorithm, lock));
      } catch (const Error& error) {
        if (!is_refusal(error)) throw;
        return false;
      }
      cost.algorithm = algorithm;
      cost.lock = lock;
      return true;
    };
    bool done = false;
    for (const char* algorithm : {"INSTANT", "NOCOPY", "INPLACE", "COPY"}) {
      for (const char* lock : {"NONE", "SHARED", "EXCLUSIVE"}) {
        done = done || takes(algorithm, lock);
      }
    }
    if (!done) run::send_with_values(connection, statement.sql, variables);
    costs.push_back(std::move(cost));
  }
  return costs;
}

std::vector<std::vector<StatementCost>> measure(const backend::ScratchOptions& options,
                                                const schema::Schema& before,
                                                std::span<const run::PlannedRevision> plan,
                                                const dialect::Variables& variables) {
  const dialect::Dialect& dialect = dialect::dialect(options.kind);
  const std::vector<ops::Operation> build = diff::diff({}, before).operations;
  if (!reaches_out(dialect, build).empty()) return {};
  backend::Scratch scratch(options);
  backend::Connection& connection = scratch.connection();
  ExternalTables external(connection);
  if (external.are_concerned(build)) external.provide(before, before);
  for (const dialect::Statement& statement : dialect.plan({}, build, {})) {
    const ops::Operation& made = build[statement.last_operation];
    if (std::holds_alternative<ops::CreateView>(made)) {
      external.execute_view(statement.sql);
    } else {
      connection.execute(statement.sql);
    }
  }
  schema::Schema schema = before;
  std::vector<std::vector<StatementCost>> costs;
  for (const run::PlannedRevision& planned : plan) {
    if (!reaches_out(dialect, planned.operations).empty()) break;
    try {
      if (external.are_concerned(planned.operations)) {
        external.provide(schema, ops::apply(schema, planned.operations));
      }
      schema = ops::apply(std::move(schema), planned.operations);
      costs.push_back(run_and_measure(connection, planned.statements, variables));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      break;
    }
  }
  return costs;
}

std::string describe(const StatementCost& cost) {
  if (cost.algorithm.empty()) return "cost unknown";
  return fmt::format("{}, LOCK={}", cost.algorithm, cost.lock);
}

}  // namespace dbmig::proof
