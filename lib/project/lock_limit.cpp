#include "project/lock_limit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/script.hpp"
#include "project/proving.hpp"

namespace dbmig::project {
namespace {

int rank_of_lock(const std::string& lock) {
  if (lock == "NONE") return 0;
  return lock == "SHARED" ? 1 : 2;
}

/// Whether a statement of plain SQL alters a table, with a lock that cannot be determined.
bool alters_by_hand(const dialect::Statement& statement) {
  const std::vector<dialect::ScriptWord> words =
      dialect::script_words(DialectKind::mariadb, statement.sql);
  if (words.empty()) return false;
  const bool is_index = std::any_of(
      words.begin(), words.end(), [](const dialect::ScriptWord& word) { return word.is("index"); });
  return words[0].is("alter") || words[0].is("optimize") || words[0].is("repair") ||
         ((words[0].is("create") || words[0].is("drop")) && is_index && statement.is_data);
}

SourcePosition place_of_operation(const run::PlannedRevision& planned, std::size_t operation) {
  const std::vector<SourcePosition>& places = planned.revision.upgrade_positions;
  if (operation < places.size()) return places[operation];
  return {planned.revision.path.string(), 0, 0};
}

}  // namespace

void refuse_locks(Workspace& workspace, const std::vector<run::PlannedRevision>& plan,
                  const schema::Schema& before, const std::string& limit) {
  if (plan.empty()) return;
  if (!dialect::capabilities(workspace.url().dialect).tells_alter_costs) {
    throw Error(ErrorCode::usage, "--require-lock is for MariaDB")
        .hint("SQLite locks the whole database while it is written to");
  }
  const int allowed = limit == "none" ? 0 : 1;
  const auto costs = costs_of(workspace, before, plan);
  std::vector<Diagnostic> refused;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const run::PlannedRevision& planned = plan[i];
    for (std::size_t n = 0; n < planned.statements.size(); ++n) {
      const dialect::Statement& statement = planned.statements[n];
      if (!alters_by_hand(statement)) continue;
      const proof::StatementCost* cost = nullptr;
      if (i < costs.size()) {
        const auto found =
            std::find_if(costs[i].begin(), costs[i].end(),
                         [&](const proof::StatementCost& one) { return one.statement == n; });
        if (found != costs[i].end()) cost = &*found;
      }
      const bool is_known = cost != nullptr && !cost->lock.empty();
      if (is_known && rank_of_lock(cost->lock) <= allowed) continue;
      refused.push_back(
          {place_of_operation(planned, statement.first_operation),
           is_known ? fmt::format("revision {} needs more than LOCK={}: {}", planned.revision.id,
                                  text::upper(limit), cost_line(workspace, *cost))
                    : fmt::format("it is not known which lock revision {} needs for: {}",
                                  planned.revision.id, statement.sql),
           limit == "none" && is_known && rank_of_lock(cost->lock) == 1
               ? "other sessions can still read: --require-lock shared allows that"
               : "run it without --require-lock when no session uses the table"});
    }
  }
  if (!refused.empty()) throw Error(ErrorCode::refused, std::move(refused));
}

}  // namespace dbmig::project
