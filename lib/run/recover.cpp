#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "ops/apply.hpp"
#include "run/journal.hpp"
#include "run/spelling.hpp"
#include "run/statement_tables.hpp"
#include "run/variables.hpp"
#include "sql_script/script_statement.hpp"

namespace dbmig::run {
namespace {

/// The tables of `schema` called `names` and all other objects, without orders that mean nothing.
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

/// The database's schema, comparable with `expected`. For texts that the server spells differently
/// there is a record, except for those the running revision has created: the ones for which
/// `is_made` returns true are taken as equal.
template <class IsMade>
schema::Schema live_beside(const ApplyContext& context, const schema::Schema& expected,
                           const schema::Schema& found, IsMade is_made) {
  schema::Schema live = with_expected_spelling(context.connection, expected, found, {});
  for (const dialect::DefinitionKey& key : unlike_definitions(expected, live)) {
    if (is_made(key)) dialect::take_definition(live, expected, key);
  }
  return live;
}

/// Whether, according to the schemas before and after the statement's operations, the statement
/// took effect; nothing if the database matches neither of them, or if they are equal.
/// `has_changed`: the objects that the statement names differ from before it.
std::optional<bool> look_by_fold(const ApplyContext& context, const PlannedRevision& planned,
                                 const dialect::Statement& statement, const schema::Schema& start,
                                 bool has_changed) {
  backend::Connection& connection = context.connection;
  const std::span<const ops::Operation> operations(planned.operations);
  const schema::Schema before = ops::apply(start, operations.subspan(0, statement.first_operation));
  const schema::Schema after =
      ops::apply(start, operations.subspan(0, statement.last_operation + 1));
  const schema::Schema before_form = connection.canonical(before);
  const schema::Schema after_form = connection.canonical(after);
  std::set<std::string> names;
  for (const auto* schema : {&before_form, &after_form}) {
    for (const auto& [name, table] : schema->tables) names.insert(name);
  }
  const schema::Schema expected_before = part(before_form, names);
  const schema::Schema expected_after = part(after_form, names);
  if (expected_before == expected_after) return std::nullopt;
  const dialect::Definitions definitions_before = dialect::definitions_of(before);
  const dialect::Definitions definitions_after = dialect::definitions_of(after);
  const auto stays = [&](const dialect::DefinitionKey& key) {
    const auto a = definitions_before.find(key);
    const auto b = definitions_after.find(key);
    return a != definitions_before.end() && b != definitions_after.end() && a->second == b->second;
  };
  const schema::Schema found = connection.inspect({}).schema;
  const auto is_as = [&](const schema::Schema& schema, const schema::Schema& expected,
                         auto is_made) {
    const schema::Schema live =
        part(connection.canonical(live_beside(context, schema, found, is_made)), names);
    return connection.dialect().reconciled(live, expected) == expected;
  };
  if (is_as(after, expected_after,
            [&](const dialect::DefinitionKey& key) { return has_changed || stays(key); })) {
    return true;
  }
  if (is_as(before, expected_before, stays)) return false;
  return std::nullopt;
}

/// Whether the effect of `sql`, unless executing it twice is harmless, is visible in the
/// fingerprint of the objects it names.
bool shows_its_effect(const std::string& sql) {
  const sql_script::ScriptHead head = sql_script::script_head(DialectKind::mariadb, sql);
  if (head.action != sql_script::ScriptAction::run || head.section.empty()) return false;
  // Partitions exchange their contents with similar tables, and renames exchange names.
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

/// The fingerprint that would be recorded for `row`'s statement now.
std::string fingerprint(const ApplyContext& context, const AppliedRevision& row) {
  const auto take = row.fingerprint.starts_with(kOfTables) ? table_fingerprint_with_values
                                                           : fingerprint_with_values;
  return take(context.connection, row.statement, context.options.variables);
}

/// Whether the interrupted statement took effect; nothing if the database does not show it.
std::optional<bool> look(const ApplyContext& context, const PlannedRevision& planned,
                         const schema::Schema& start, const AppliedRevision& row) {
  const dialect::Statement& statement = planned.statements.at(row.statements_done);
  const std::string text =
      dialect::with_values(context.connection.dialect(), row.statement, context.options.variables);
  const bool has_changed = !row.fingerprint.empty() && fingerprint(context, row) != row.fingerprint;
  if (!row.fingerprint.empty() && !has_changed && shows_its_effect(text)) return false;
  if (const auto seen = look_by_fold(context, planned, statement, start, has_changed)) {
    return seen;
  }
  // The fold knows neither plain SQL nor the schemas inside an operation. If it does know them and
  // the database differs from both, somebody else has changed it.
  const dialect::Dialect& dialect = context.connection.dialect();
  const bool is_plain =
      std::holds_alternative<ops::Execute>(planned.operations.at(statement.first_operation));
  const bool is_known = whole_operations(dialect, planned, start, row.statements_done) &&
                        whole_operations(dialect, planned, start, row.statements_done + 1);
  if (has_changed && (is_plain || !is_known)) return true;
  return std::nullopt;
}

}  // namespace

void recover(const ApplyContext& context, const PlannedRevision& planned,
             const schema::Schema& start, AppliedRevision& row) {
  if (row.statement.empty()) return;
  std::optional<bool> took_effect = look(context, planned, start, row);
  if (!took_effect && context.options.resolve) {
    took_effect = *context.options.resolve == Resolve::done;
  }
  if (!took_effect) {
    throw Error(ErrorCode::failed,
                fmt::format("an earlier {} stopped while this statement of revision {} was "
                            "running, and the database does not show whether it took effect",
                            row.running, row.id))
        .hint(
            "check whether it did, then run the command again with `--resolve done` if it did, or "
            "with `--resolve redo` to send it again")
        .sql(row.statement);
  }
  if (*took_effect) {
    ++row.statements_done;
    row.statement_hashes.push_back(statement_hash(row.statement));
  }
  row.statement.clear();
  row.fingerprint.clear();
  context.store.update_progress(row);
}

}  // namespace dbmig::run
