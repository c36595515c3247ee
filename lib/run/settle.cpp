#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "ops/evolve.hpp"
#include "ops/risk.hpp"
#include "run/journal.hpp"
#include "run/script_statement.hpp"

namespace dbmig::run {
namespace {

/// The tables of `schema` called `names`, in an order that carries no meaning.
schema::Schema part(const schema::Schema& schema, const std::set<std::string>& names) {
  schema::Schema result;
  for (const std::string& name : names) {
    if (const schema::Table* table = schema.find_table(name)) result.tables[name] = *table;
  }
  result.views = schema.views;
  result.triggers = schema.triggers;
  result.routines = schema.routines;
  return schema::sorted(std::move(result));
}

/// Whether the schemas that the fold knows before and after the statement's operations say that it
/// took effect; nothing when the database is as neither says, or both say the same.
std::optional<bool> look_by_fold(const ApplyContext& context, const PlannedRevision& planned,
                                 const dialect::Statement& statement, const schema::Schema& start) {
  const dialect::Dialect& dialect = context.connection.dialect();
  const std::span<const ops::Operation> operations(planned.operations);
  const schema::Schema before = context.connection.canonical(
      ops::evolve(start, operations.subspan(0, statement.first_operation)));
  const schema::Schema after = context.connection.canonical(
      ops::evolve(start, operations.subspan(0, statement.last_operation + 1)));
  std::set<std::string> names;
  for (const auto* schema : {&before, &after}) {
    for (const auto& [name, table] : schema->tables) names.insert(name);
  }
  const schema::Schema expected_before = part(before, names);
  const schema::Schema expected_after = part(after, names);
  if (expected_before == expected_after) return std::nullopt;
  const schema::Schema live =
      part(context.connection.canonical(context.connection.inspect({}).schema), names);
  if (dialect.settled(live, expected_after) == expected_after) return true;
  if (dialect.settled(live, expected_before) == expected_before) return false;
  return std::nullopt;
}

/// Whether `sql`, should it have changed anything that sending it twice would change again, shows
/// it in the fingerprint of what it names.
bool shows_its_effect(const std::string& sql) {
  const ScriptHead head = script_head(DialectKind::mariadb, sql);
  if (head.action != ScriptAction::run || head.section.empty()) return false;
  // Partitions change places with tables that look alike, and names do.
  static constexpr std::array<std::string_view, 4> kHidden = {"exchange", "import", "discard",
                                                              "truncate"};
  for (const dialect::ScriptWord& word : head.words) {
    const auto is = [&](std::string_view keyword) { return word.is(keyword); };
    if (head.verb == "alter" && std::any_of(kHidden.begin(), kHidden.end(), is)) return false;
    if (head.verb == "rename" && word.text == "," && !word.quoted) return false;
  }
  return head.verb == "create" || head.verb == "alter" || head.verb == "drop" ||
         head.verb == "rename";
}

/// Whether no other statement carries out the same operations: then the fold knows the schemas on
/// both its sides.
bool is_alone(const PlannedRevision& planned, std::size_t index) {
  const auto& statements = planned.statements;
  const dialect::Statement& statement = statements[index];
  return (index == 0 || statements[index - 1].last_operation < statement.first_operation) &&
         (index + 1 == statements.size() ||
          statements[index + 1].first_operation > statement.last_operation);
}

/// Whether the statement that was under way took effect; nothing when the database does not show
/// it.
std::optional<bool> look(const ApplyContext& context, const PlannedRevision& planned,
                         const schema::Schema& start, const AppliedRevision& row) {
  const dialect::Statement& statement = planned.statements.at(row.statements_done);
  const bool has_changed =
      !row.fingerprint.empty() && context.connection.fingerprint(row.statement) != row.fingerprint;
  if (!row.fingerprint.empty() && !has_changed && shows_its_effect(row.statement)) return false;
  if (const auto seen = look_by_fold(context, planned, statement, start)) return seen;
  // The fold knows nothing of the schemas between the statements of one operation, nor of plain
  // SQL. Where it does know and the database is otherwise, somebody else has been there.
  const bool is_plain =
      std::holds_alternative<ops::Execute>(planned.operations.at(statement.first_operation));
  if (has_changed && (is_plain || !is_alone(planned, row.statements_done))) return true;
  return std::nullopt;
}

}  // namespace

void settle(const ApplyContext& context, const PlannedRevision& planned,
            const schema::Schema& start, AppliedRevision& row) {
  if (row.statement.empty()) return;
  std::optional<bool> took_effect = look(context, planned, start, row);
  if (!took_effect && context.options.resolve) {
    took_effect = *context.options.resolve == Resolve::done;
  }
  if (!took_effect) {
    throw Error(ErrorCode::failed,
                fmt::format("an earlier {} stopped while this statement of revision {} was under "
                            "way, and the database does not show whether it took effect",
                            row.under_way, row.id))
        .hint(
            "look whether it did, then run the command again with `--resolve done` if it did, or "
            "with `--resolve redo` to send it again")
        .sql(row.statement);
  }
  if (*took_effect) ++row.statements_done;
  row.statement.clear();
  row.fingerprint.clear();
  context.store.update_progress(row);
}

std::optional<std::size_t> whole_operations(const dialect::Dialect& dialect,
                                            const PlannedRevision& planned,
                                            const schema::Schema& start,
                                            std::size_t statements_done) {
  if (statements_done == 0) return 0;
  if (statements_done == planned.statements.size()) return planned.operations.size();
  const std::size_t operations = planned.statements[statements_done - 1].last_operation + 1;
  if (planned.statements[statements_done].first_operation < operations) return std::nullopt;
  // A foreign key that is off for the sake of several operations comes back when the last of them
  // is done. Planned alone, these operations would put it back at their own end.
  const std::span<const ops::Operation> done(planned.operations.data(), operations);
  const std::vector<dialect::Statement> alone = dialect.plan(start, done, {});
  const bool same = std::equal(
      alone.begin(), alone.end(), planned.statements.begin(),
      planned.statements.begin() + static_cast<std::ptrdiff_t>(statements_done),
      [](const dialect::Statement& a, const dialect::Statement& b) { return a.sql == b.sql; });
  if (!same) return std::nullopt;
  return operations;
}

bool undo_loses_nothing(const PlannedRevision& planned, const schema::Schema& start,
                        std::size_t operations_done) {
  schema::Schema schema = start;
  for (std::size_t i = 0; i < operations_done; ++i) {
    const ops::Operation& operation = planned.operations[i];
    const std::vector<ops::Risk> risks = ops::risks(operation, schema);
    const bool loses = std::any_of(risks.begin(), risks.end(), [](const ops::Risk& risk) {
      return ops::is_destructive(risk) || risk.kind == ops::RiskKind::irreversible;
    });
    if (loses || !ops::is_reversible(operation)) return false;
    schema = ops::evolve(std::move(schema), operation);
  }
  return true;
}

PlannedRevision plan_undo(const ApplyContext& context, const PlannedRevision& planned,
                          const schema::Schema& start, std::size_t operations_done) {
  const std::span<const ops::Operation> done(planned.operations.data(), operations_done);
  PlannedRevision undo;
  undo.direction =
      planned.direction == Direction::upgrade ? Direction::downgrade : Direction::upgrade;
  undo.revision = planned.revision;
  const schema::Schema met = ops::evolve(start, done);
  undo.operations = ops::inverse(done, start);
  fill_gaps(undo, met, context.connection.dialect().kind());
  undo.statements = context.connection.dialect().plan(met, undo.operations, {});
  return undo;
}

}  // namespace dbmig::run
