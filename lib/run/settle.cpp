#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "ops/evolve.hpp"
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

/// Whether the statement that was under way took effect; nothing when the database does not show
/// it.
std::optional<bool> look(const ApplyContext& context, const PlannedRevision& planned,
                         const schema::Schema& start, const AppliedRevision& row) {
  const dialect::Statement& statement = planned.statements.at(row.statements_done);
  const bool has_changed =
      !row.fingerprint.empty() && context.connection.fingerprint(row.statement) != row.fingerprint;
  if (!row.fingerprint.empty() && !has_changed && shows_its_effect(row.statement)) return false;
  if (const auto seen = look_by_fold(context, planned, statement, start)) return seen;
  // The fold knows nothing of plain SQL, nor of the schemas inside of operations. Where it does
  // know and the database is otherwise, somebody else has been there.
  const dialect::Dialect& dialect = context.connection.dialect();
  const bool is_plain =
      std::holds_alternative<ops::Execute>(planned.operations.at(statement.first_operation));
  const bool is_known = whole_operations(dialect, planned, start, row.statements_done) &&
                        whole_operations(dialect, planned, start, row.statements_done + 1);
  if (has_changed && (is_plain || !is_known)) return true;
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
  if (*took_effect) {
    ++row.statements_done;
    row.ran.push_back(statement_hash(row.statement));
  }
  row.statement.clear();
  row.fingerprint.clear();
  context.store.update_progress(row);
}

}  // namespace dbmig::run
