#include "run/runner.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "history/range.hpp"
#include "run/apply.hpp"
#include "run/charset_notice.hpp"
#include "run/fitted.hpp"
#include "run/plain_sql.hpp"
#include "run/preflight.hpp"
#include "run/requirements.hpp"
#include "run/variables.hpp"
#include "run/violations.hpp"

namespace dbmig::run {
namespace {

std::set<std::string> as_set(const std::vector<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

/// The ids of `rows` without those that stopped half-way, or are being undone, in `direction`.
std::set<std::string> without_running(const std::vector<AppliedRevision>& rows,
                                      Direction direction) {
  std::set<std::string> ids = complete(rows);
  for (const AppliedRevision& row : rows) {
    if (text::split(row.running, ' ').back() == to_string(direction)) ids.erase(row.id);
  }
  return ids;
}

void refuse_unfinished(const std::vector<AppliedRevision>& rows, const RunPlan& run_plan) {
  for (const AppliedRevision& row : rows) {
    if (row.is_complete() || (!run_plan.ids().empty() && row.id == run_plan.ids().front()))
      continue;
    throw Error(ErrorCode::failed,
                fmt::format("the {} of revision {} stopped after statement {} of {}", row.running,
                            row.id, row.statements_done, row.statements_total))
        .hint(fmt::format("finish it with `dbmig upgrade {}` or undo it with `dbmig downgrade`",
                          row.id));
  }
}

/// Refuses a relative step (from the database's revision, or from the head) that leads backwards.
/// `REV-1` names a revision, and an upgrade to a revision that the database is past has nothing to
/// do.
void refuse_wrong_way(const std::vector<std::string>& arguments, const RunPlan& run_plan,
                      const std::set<std::string>& targets, const std::set<std::string>& heads) {
  if (arguments.size() != 1) return;
  const std::string& target = arguments.front();
  std::string_view step = std::string_view(target).substr(target.find('@') + 1);
  if (step.starts_with("head")) step.remove_prefix(4);
  const bool is_step = step.size() > 1 && (step.front() == '+' || step.front() == '-') &&
                       step.find_first_not_of("0123456789", 1) == step.npos;
  if (!is_step || !run_plan.ids().empty() || targets == heads) return;
  const std::string there =
      targets.empty() ? std::string("base") : text::join({targets.begin(), targets.end()}, ", ");
  throw Error(ErrorCode::failed,
              fmt::format("'{}' is revision {}, and the database is past it", target, there))
      .hint(fmt::format("`dbmig downgrade {}` goes back to it", there));
}

/// The revisions that `arguments` name.
std::set<std::string> resolved(const history::Graph& graph,
                               const std::vector<std::string>& arguments,
                               const std::set<std::string>& heads) {
  std::set<std::string> ids;
  for (const std::string& argument : arguments) ids.merge(graph.resolve(argument, heads));
  return ids;
}

/// The revisions that a downgrade to all of `arguments` reverts.
std::vector<std::string> way_down(const history::Graph& graph, const std::set<std::string>& have,
                                  const std::vector<std::string>& arguments) {
  if (arguments.size() == 1) return graph.downgrade_path(have, arguments.front());
  for (const std::string& argument : arguments) {
    if (argument != "base" && !history::is_base_of_branch(argument)) continue;
    throw Error(ErrorCode::usage,
                fmt::format("'{}' undoes everything, so it excludes other targets", argument))
        .hint("name the revisions to keep");
  }
  return graph.downgrade_path(have, resolved(graph, arguments, have));
}

}  // namespace

Runner::Runner(backend::Connection& connection, const history::Graph& graph, ParseRevision parse,
               EventSink& events)
    : connection_(connection),
      stored_(graph),
      graph_(graph),
      parse_(std::move(parse)),
      events_(events),
      store_(connection) {}

void Runner::refuse_requirements_ahead(const history::Graph& graph, const RunPlan& run_plan,
                                       const RunOptions& options) {
  if (!options.requirements || run_plan.direction() == Direction::downgrade) return;
  const history::Revision& first = graph.get(run_plan.ids().front());
  if (first.requirements.empty()) return;
  // A half-applied revision was checked before, and what it has done may have changed the answer.
  for (const AppliedRevision& row : store_.all()) {
    if (!row.is_complete()) return;
  }
  refuse_requirements(connection_, first, options.variables);
}

void tell(const RunListener& listener, RunEvent::Point point, const PlannedRevision* revision) {
  if (!listener) return;
  listener({point, revision->direction, revision, {revision->revision.id}, {}});
}

void Runner::refuse_violations_at_once(const RunPlan& run_plan) {
  if (run_plan.ids().size() < 2 || run_plan.before().tables.empty()) return;
  // A half-applied revision leaves tables that no revision describes.
  for (const AppliedRevision& row : store_.all()) {
    if (!row.is_complete()) return;
  }
  refuse_violations(connection_, preflight(connection_, run_plan));
}

std::vector<std::string> Runner::run(const history::Graph& graph, RunPlan& run_plan,
                                     const RunOptions& options,
                                     const std::function<void()>& prepare) {
  refuse_plain_sql(run_plan, graph, connection_.dialect());
  refuse_unset_variables(run_plan, graph, connection_.dialect().kind(), options.variables);
  const auto carry_out = [&] {
    if (prepare) prepare();
    return this->carry_out(graph, run_plan, options);
  };
  if (run_plan.ids().empty()) return carry_out();
  refuse_requirements_ahead(graph, run_plan, options);
  refuse_violations_at_once(run_plan);
  RunEvent event{RunEvent::Point::before_run, run_plan.direction(), nullptr, run_plan.ids(), {}};
  if (!options.listener) return carry_out();
  options.listener(event);
  event.point = RunEvent::Point::after_run;
  try {
    std::vector<std::string> ran = carry_out();
    options.listener(event);
    return ran;
  } catch (const std::exception& error) {
    event.failure = error.what();
    options.listener(event);
    throw;
  }
}

void Runner::combine(PrintRevision print, std::size_t least) {
  print_ = std::move(print);
  combine_from_ = least;
}

std::vector<std::string> Runner::carry_out(const history::Graph& graph, RunPlan& run_plan,
                                           const RunOptions& options) {
  std::vector<BackfillValue> backfill_values;
  if (print_ && !options.listener) run_plan.combine_from(combine_from_);
  const auto next = [&]() -> std::optional<PlannedRevision> {
    // When the next one is requested, the previous one is finished.
    report_backfill_values(connection_, events_, backfill_values);
    backfill_values.clear();
    std::optional<RunPlan::Step> step = run_plan.next();
    if (!step) return std::nullopt;
    PlannedRevision planned = plan_step(std::move(*step), run_plan);
    backfill_values = planned.backfill_values;
    return planned;
  };
  const ApplyContext context{connection_, store_, events_, options};
  const PlannedRun planned_run{next, [&] { run_plan.split_combined(); }};
  if (connection_.dialect().transactional_ddl()) return apply_in_transaction(context, planned_run);
  return apply_with_journal(context, planned_run,
                            {[&]() -> const schema::Schema& { return run_plan.before(); },
                             [&](const std::string& id, Direction direction, schema::Schema& met) {
                               return replan(graph, id, direction, met);
                             },
                             [&](const std::string& id) { return edit_of(id); }});
}

std::unique_ptr<backend::MigrationLock> Runner::lock(const RunOptions& options) {
  bool told = false;
  auto lock = connection_.lock(options.lock_timeout, [&] {
    if (options.stop != nullptr && *options.stop) {
      throw Error(ErrorCode::interrupted, "interrupted; nothing was changed");
    }
    if (std::exchange(told, true)) return;
    events_.info("dbmig.run", "Waiting for another dbmig that is migrating this database");
  });
  if (const std::string limit = lock->limit(); !limit.empty()) events_.warning("dbmig.run", limit);
  return lock;
}

std::vector<std::string> Runner::upgrade(std::string_view target, const RunOptions& options) {
  return upgrade(std::vector<std::string>{std::string(target)}, options);
}

std::vector<std::string> Runner::downgrade(std::string_view target, const RunOptions& options) {
  return downgrade(std::vector<std::string>{std::string(target)}, options);
}

std::vector<std::string> Runner::upgrade(const std::vector<std::string>& wanted,
                                         const RunOptions& options) {
  const auto lock = this->lock(options);
  const std::vector<AppliedRevision> rows = end_combined(read_rows(), Direction::upgrade, options);
  const std::vector<std::string> arguments = open_squashes(rows, wanted);
  refuse_unknown(rows);
  refuse_edited(rows);
  // A downgrade that stopped half-way counts as reverted: the upgrade undoes it first.
  const std::set<std::string> have = without_running(rows, Direction::downgrade);
  heads_met_ = graph_.heads_of(have);
  const std::set<std::string> heads = as_set(heads_met_);
  const std::set<std::string> targets = resolved(graph_, arguments, heads);
  std::vector<std::string> path = graph_.upgrade_path(have, targets);
  // Without work to do, no order is needed.
  std::vector<std::string> order;
  if (!path.empty()) order = in_applied_order(rows, graph_, have);
  RunPlan run_plan(Direction::upgrade, graph_, std::move(order), std::move(path));
  refuse_wrong_way(arguments, run_plan, targets, heads);
  refuse_unfinished(rows, run_plan);
  warn_of_charsets(connection_, run_plan, events_);
  return with_ended(run(graph_, run_plan, options));
}

std::vector<std::string> Runner::downgrade(const std::vector<std::string>& arguments,
                                           const RunOptions& options) {
  const auto lock = this->lock(options);
  std::vector<std::string> gone;
  const std::vector<AppliedRevision> rows =
      unfolded(end_combined(read_rows(), Direction::downgrade, options), arguments, gone);
  refuse_edited(rows);
  const history::Graph graph = with_known(rows);
  // An upgrade that stopped half-way counts as applied: the downgrade reverts it.
  std::set<std::string> have = complete(rows);
  have.merge(row_ids(rows));
  heads_met_ = graph.heads_of(have);
  RunPlan run_plan(Direction::downgrade, graph, in_applied_order(rows, graph, have),
                   way_down(graph, have, arguments));
  refuse_unfinished(rows, run_plan);
  refuse_losses(find_losses(connection_, run_plan, rows), options.consent);
  return with_ended(run(graph, run_plan, options, [&] { write_unfolded(rows, gone); }));
}

namespace {

/// The revisions of `rows` that have no file in `graph`, and those that build on them, newest
/// first. `all` contains both.
std::vector<std::string> withdrawn(const std::vector<AppliedRevision>& rows,
                                   const history::Graph& graph, const history::Graph& all) {
  std::set<std::string> going;
  const std::set<std::string> have = row_ids(rows);
  for (const std::string& id : have) {
    if (graph.contains(id)) continue;
    for (const std::string& below : all.descendants(id)) {
      if (have.count(below) != 0) going.insert(below);
    }
  }
  std::vector<std::string> ids = all.in_order(going);
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace

std::vector<std::string> Runner::withdraw_unknown(const RunOptions& options) {
  const auto lock = this->lock(options);
  std::vector<std::string> gone;
  const std::vector<AppliedRevision> rows = unfolded_unknown(read_rows(), gone);
  refuse_edited(rows);
  const history::Graph graph = with_known(rows);
  RunPlan run_plan(Direction::downgrade, graph, in_applied_order(rows, graph, row_ids(rows)),
                   withdrawn(rows, graph_, graph));
  refuse_unfinished(rows, run_plan);
  refuse_losses(find_losses(connection_, run_plan, rows), options.consent);
  return run(graph, run_plan, options, [&] { write_unfolded(rows, gone); });
}

std::vector<PlannedRevision> Runner::plan_withdrawal() {
  std::vector<std::string> gone;
  const std::vector<AppliedRevision> rows = unfolded_unknown(read_rows(), gone);
  const history::Graph graph = with_known(rows);
  RunPlan run_plan(Direction::downgrade, graph, in_applied_order(rows, graph, row_ids(rows)),
                   withdrawn(rows, graph_, graph));
  return planned(run_plan, rows);
}

std::vector<PlannedRevision> Runner::plan_switch(const std::vector<std::string>& wanted) {
  std::vector<PlannedRevision> plan = plan_withdrawal();
  std::vector<std::string> gone;
  std::vector<AppliedRevision> rows = unfolded_unknown(read_rows(), gone);
  for (const PlannedRevision& back : plan) {
    std::erase_if(rows, [&](const AppliedRevision& row) { return row.id == back.revision.id; });
  }
  graph_ = fitted(stored_, row_ids(rows));
  const std::vector<std::string> targets = open_squashes(rows, wanted);
  const std::set<std::string> have = complete(rows);
  const std::set<std::string> heads = as_set(graph_.heads_of(have));
  RunPlan up(Direction::upgrade, graph_, in_applied_order(rows, graph_, have),
             graph_.upgrade_path(have, resolved(graph_, targets, heads)));
  for (PlannedRevision& planned : this->planned(up, rows)) plan.push_back(std::move(planned));
  return plan;
}

std::vector<PlannedRevision> Runner::plan(Direction direction,
                                          const std::vector<std::string>& wanted,
                                          const std::set<std::string>& entered) {
  const bool up = direction == Direction::upgrade;
  std::vector<AppliedRevision> rows = read_rows();
  // An upgrade first finishes it; then its revisions are applied.
  if (up) std::erase_if(rows, [](const AppliedRevision& row) { return row.origin == kCombined; });
  if (!entered.empty()) {
    graph_ = fitted(stored_, entered);
    for (const std::string& id : graph_.in_order(graph_.ancestors(entered))) {
      PlannedRevision planned;
      planned.revision = graph_.get(id);
      rows.push_back(complete_row(planned, 0));
    }
  }
  std::vector<std::string> gone;
  const std::vector<std::string> targets = up ? open_squashes(rows, wanted) : wanted;
  if (!up) rows = unfolded(std::move(rows), targets, gone);
  const history::Graph graph = with_known(rows);
  std::set<std::string> have = complete(rows);
  if (!up) have.merge(row_ids(rows));  // as in downgrade()
  const std::set<std::string> heads = as_set(graph.heads_of(have));
  RunPlan run_plan(direction, graph, in_applied_order(rows, graph, have),
                   up ? graph.upgrade_path(have, resolved(graph, targets, heads))
                      : way_down(graph, have, targets));
  if (up) refuse_wrong_way(targets, run_plan, resolved(graph, targets, heads), heads);
  return planned(run_plan, rows);
}

std::vector<PlannedRevision> Runner::planned(RunPlan& run_plan,
                                             const std::vector<AppliedRevision>& rows) {
  Losses losses;
  if (run_plan.direction() == Direction::downgrade)
    losses = find_losses(connection_, run_plan, rows);
  std::vector<PlannedRevision> plan;
  if (print_) run_plan.combine_from(combine_from_);
  while (std::optional<RunPlan::Step> step = run_plan.next()) {
    plan.push_back(plan_step(std::move(*step), run_plan));
    for (const CountedLoss& one : losses.counted) {
      if (one.revision == plan.back().revision.id) plan.back().losses.counted.push_back(one);
    }
    for (const NotMade& one : losses.not_made) {
      if (one.revision == plan.back().revision.id) plan.back().losses.not_made.push_back(one);
    }
  }
  return plan;
}

}  // namespace dbmig::run
