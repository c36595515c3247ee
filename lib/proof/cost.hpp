#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/scratch.hpp"
#include "dialect/variables.hpp"
#include "run/runner.hpp"

namespace dbmig::proof {

/// What an ALTER TABLE costs on the server at hand.
struct StatementCost {
  std::size_t statement = 0;  ///< index in the plan
  std::string table;
  /// The cheapest that the server accepts: "INSTANT", "NOCOPY", "INPLACE", "COPY"; empty when it
  /// takes none by name (partitioning).
  std::string algorithm;
  std::string lock;  ///< the least that it accepts with it: "NONE", "SHARED", "EXCLUSIVE"
  std::size_t first_operation = 0;
  std::size_t last_operation = 0;
};

/// Runs the statements of a MariaDB plan, each ALTER TABLE by the cheapest algorithm under the
/// least lock that the server takes it with. A refusal changes nothing, so each one runs once.
/// Source: https://mariadb.com/kb/en/innodb-online-ddl-overview/
std::vector<StatementCost> run_and_measure(backend::Connection& connection,
                                           std::span<const dialect::Statement> statements,
                                           const dialect::Variables& variables = {});

/// What the upgrades or downgrades of `plan`, one after the other, cost in a scratch database that
/// begins as `before`: a list for each. What may reach out of the database ends the list of lists
/// before its revision, as does a statement that fails; in `before` itself it leaves none.
/// `options` names a MariaDB server.
std::vector<std::vector<StatementCost>> measure(const backend::ScratchOptions& options,
                                                const schema::Schema& before,
                                                std::span<const run::PlannedRevision> plan,
                                                const dialect::Variables& variables = {});

/// "COPY, LOCK=SHARED"; "cost unknown".
std::string describe(const StatementCost& cost);

}  // namespace dbmig::proof
