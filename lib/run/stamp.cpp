// Marks a database as being at a revision: computes and writes the bookkeeping.
#include <fmt/core.h>

#include <map>
#include <utility>

#include "backend/transaction.hpp"
#include "base/text.hpp"
#include "history/range.hpp"
#include "run/apply.hpp"
#include "run/runner.hpp"

namespace dbmig::run {
namespace {

/// Removes the heads of `have` that descend from `id`, and those of their ancestors that no other
/// head has: a database at a merge that is stamped with one side of it is at that side only.
void forget_heads_from(const history::Graph& graph, const std::string& id,
                       std::set<std::string>& have) {
  std::vector<std::string> heads = graph.heads_of(have);
  const std::set<std::string> below = graph.descendants(id);
  const std::size_t gone =
      std::erase_if(heads, [&](const std::string& head) { return below.count(head) != 0; });
  if (gone == 0) return;
  const std::set<std::string> kept = graph.ancestors({heads.begin(), heads.end()});
  std::erase_if(have, [&](const std::string& one) { return kept.count(one) == 0; });
}

/// The revisions of a database that has `have` after it is stamped with `targets`. A target
/// replaces the heads that descend from it; others stay, unless `purge` removes all.
std::set<std::string> stamped(const history::Graph& graph, const std::set<std::string>& have,
                              const std::vector<std::string>& targets, bool purge) {
  const std::vector<std::string> current = graph.heads_of(have);
  const std::set<std::string> heads(current.begin(), current.end());
  std::set<std::string> kept = purge ? std::set<std::string>() : have;
  std::set<std::string> wanted;
  for (const std::string& target : targets) {
    if (target == "base") {
      kept.clear();
      continue;
    }
    if (history::is_base_of_branch(target)) {
      for (const std::string& id : graph.downgrade_path(have, target)) kept.erase(id);
      continue;
    }
    const std::set<std::string> ids = graph.resolve(target, heads);
    if (ids.empty() && target != "head" && target != "heads") kept.clear();
    for (const std::string& id : ids) forget_heads_from(graph, id, kept);
    wanted.insert(ids.begin(), ids.end());
  }
  wanted = graph.ancestors(wanted);
  wanted.merge(kept);
  return wanted;
}

}  // namespace

StampPlan Runner::plan_stamp(const std::vector<std::string>& wanted_targets, bool purge) {
  return planned_stamp(read_rows(), wanted_targets, purge);
}

StampPlan Runner::planned_stamp(const std::vector<AppliedRevision>& rows,
                                const std::vector<std::string>& wanted_targets, bool purge) {
  const std::vector<std::string> targets = open_squashes(rows, wanted_targets);
  if (!purge) refuse_unknown(rows);
  std::set<std::string> have = complete(rows);
  // Unknown revisions are allowed here: removing them is what `purge` is for.
  if (purge) std::erase_if(have, [&](const std::string& id) { return !graph_.contains(id); });
  const std::set<std::string> wanted = stamped(graph_, have, targets, purge);
  for (const AppliedRevision& row : rows) {
    if (row.is_complete()) continue;
    events_.warning(
        "dbmig.run",
        fmt::format("the {} of revision {} stopped after statement {} of {}; after the stamp this "
                    "is no longer known, and what it did stays in the database",
                    row.running, row.id, row.statements_done, row.statements_total));
  }
  StampPlan plan{graph_.heads_of(have), graph_.heads_of(wanted), {}, {}};
  for (const AppliedRevision& row : rows) {
    const bool stays = !purge && row.is_complete() && wanted.count(row.id) != 0;
    if (!stays) plan.removed.push_back(row.id);
  }
  std::set<std::string> kept = row_ids(rows);
  for (const std::string& id : plan.removed) kept.erase(id);
  for (const std::string& id : graph_.in_order(wanted)) {
    if (kept.count(id) == 0) plan.added.push_back(id);
  }
  return plan;
}

void Runner::stamp(const std::vector<std::string>& wanted_targets, bool purge,
                   const RunOptions& options, const std::string& origin) {
  const auto lock = this->lock(options);
  const std::vector<AppliedRevision> rows = read_rows();
  const StampPlan plan = planned_stamp(rows, wanted_targets, purge);
  store_.create_if_missing();
  backend::Transaction transaction(connection_);
  std::map<std::string, std::string> origins;
  for (const AppliedRevision& row : rows) {
    if (row.is_complete()) origins[row.id] = row.origin;
  }
  for (const std::string& id : plan.removed) store_.remove(id);
  for (const std::string& id : plan.added) {
    PlannedRevision planned;
    planned.revision = graph_.get(id);
    AppliedRevision row = complete_row(planned, 0);
    // A revision that dbmig ran keeps that origin when the bookkeeping is written anew.
    const auto known = origins.find(id);
    row.origin = known == origins.end() ? origin : known->second;
    store_.insert(row);
  }
  transaction.commit();
  events_.info("dbmig.run",
               fmt::format("Running stamp_revision {} -> {}", text::join(plan.before, ", "),
                           text::join(plan.after, ", ")));
}

}  // namespace dbmig::run
