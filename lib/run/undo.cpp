#include <algorithm>
#include <set>

#include "ops/apply.hpp"
#include "ops/risk.hpp"
#include "run/journal.hpp"

namespace dbmig::run {
namespace {

using Keys = std::set<std::string>;
using Statements = std::span<const dialect::Statement>;

/// The foreign key `name`, if the name is unique in the database, and its table.
const schema::ForeignKey* find_key(const schema::Schema& schema, const std::string& name,
                                   std::string& table) {
  for (const auto& [table_name, found] : schema.tables) {
    if (const schema::ForeignKey* key = found.find_foreign_key(name)) {
      table = table_name;
      return key;
    }
  }
  return nullptr;
}

/// `schema` while `keys` are dropped: the indexes created with them stay.
schema::Schema without_keys(const dialect::Dialect& dialect, schema::Schema schema,
                            const Keys& keys) {
  const schema::Schema canonical = dialect.canonical(schema);
  for (auto& [name, table] : schema.tables) {
    const std::size_t removed = erase_if(table.foreign_keys, [&](const schema::ForeignKey& key) {
      return keys.count(key.name) > 0;
    });
    const schema::Table* spelled_out = canonical.find_table(name);
    if (removed > 0 && spelled_out != nullptr) table.indexes = spelled_out->indexes;
  }
  return schema;
}

/// The foreign keys of `schema` that `statements` drop or create; nothing if one of them does
/// anything else. The operations for a foreign key would do more: they also handle its index.
std::optional<Keys> keys_of(const dialect::Dialect& dialect, Statements statements,
                            const schema::Schema& schema, bool off) {
  Keys keys;
  std::size_t known = 0;
  for (const auto& [name, table] : schema.tables) {
    const std::string alter = "ALTER TABLE " + dialect.quote_identifier(name);
    for (const schema::ForeignKey& key : table.foreign_keys) {
      const std::string quoted = dialect.quote_identifier(key.name);
      const std::string drop = alter + " DROP FOREIGN KEY " + quoted;
      const std::string add = alter + " ADD CONSTRAINT " + quoted + " FOREIGN KEY ";
      for (const dialect::Statement& statement : statements) {
        if (off ? statement.sql != drop : !statement.sql.starts_with(add)) continue;
        keys.insert(key.name);
        ++known;
      }
    }
  }
  if (known != statements.size()) return std::nullopt;
  return keys;
}

}  // namespace

std::optional<std::size_t> whole_operations(const dialect::Dialect& dialect,
                                            const PlannedRevision& planned,
                                            const schema::Schema& start,
                                            std::size_t statements_done) {
  if (statements_done == 0) return 0;
  if (statements_done == planned.statements.size()) return planned.operations.size();
  const std::size_t operations = planned.statements[statements_done - 1].last_operation + 1;
  if (planned.statements[statements_done].first_operation < operations) return std::nullopt;
  // A foreign key that is dropped for several operations is created again after the last of them.
  // Planned alone, these operations would create it again at their own end.
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
    schema = ops::apply(std::move(schema), operation);
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
  const schema::Schema met = ops::apply(start, done);
  undo.operations = ops::inverse(done, start);
  fill_gaps(undo, met, context.connection.dialect().kind());
  undo.statements = context.connection.dialect().plan(met, undo.operations, {});
  return undo;
}

std::optional<PartialUndo> plan_partial_undo(const dialect::Dialect& dialect,
                                             const PlannedRevision& planned,
                                             const schema::Schema& start,
                                             std::size_t statements_done) {
  const Statements all(planned.statements);
  if (statements_done == 0 || statements_done >= all.size()) return std::nullopt;
  // First complete operations, then statements of a half-done one.
  PartialUndo result;
  result.operations = all[statements_done - 1].last_operation + 1;
  std::size_t whole = statements_done;
  if (all[statements_done].first_operation < result.operations) {
    result.operations = all[statements_done].first_operation;
    while (whole > 0 && all[whole - 1].last_operation >= result.operations) --whole;
  }
  const std::span<const ops::Operation> done(planned.operations.data(), result.operations);
  const schema::Schema now = ops::apply(start, done);
  // Planned alone, the complete operations include the statements that create the dropped keys
  // again.
  const std::vector<dialect::Statement> alone = dialect.plan(start, done, {});
  if (alone.size() < whole) return std::nullopt;
  const auto earlier = keys_of(dialect, Statements(alone).subspan(whole), now, false);
  const auto later = keys_of(dialect, all.subspan(whole, statements_done - whole), now, true);
  if (!earlier || !later) return std::nullopt;
  Keys off = *earlier;
  off.insert(later->begin(), later->end());
  // Plan as if the keys had never existed; they are created when everything else is restored.
  try {
    const schema::Schema below = without_keys(dialect, start, off);
    result.plan.direction =
        planned.direction == Direction::upgrade ? Direction::downgrade : Direction::upgrade;
    result.plan.revision = planned.revision;
    result.plan.operations = ops::inverse(done, below);
    for (const std::string& name : off) {
      std::string table;
      const schema::ForeignKey* key = find_key(start, name, table);
      if (key != nullptr) result.plan.operations.push_back(ops::CreateForeignKey{table, *key});
    }
    result.start = ops::apply(below, done);
    result.plan.statements = dialect.plan(result.start, result.plan.operations, {});
  } catch (const Error&) {
    return std::nullopt;  // an operation itself concerns such a key
  }
  return result;
}

}  // namespace dbmig::run
