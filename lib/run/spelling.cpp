#include "run/spelling.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "dialect/equivalent.hpp"
#include "run/expected_names.hpp"
#include "run/past_events.hpp"
#include "run/spelling_record.hpp"

namespace dbmig::run {
namespace {

using dialect::DefinitionKey;
using schema::Schema;
using DefinitionKeys = std::set<DefinitionKey>;

DefinitionKeys without(DefinitionKeys keys, const DefinitionKeys& others) {
  std::erase_if(keys, [&](const DefinitionKey& key) { return others.count(key) != 0; });
  return keys;
}

/// The places in both schemas whose tokens differ for `kind`.
DefinitionKeys differing_on(DialectKind kind, const Schema& before, const Schema& wanted) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  return dialect::differing_definitions(dialect.canonical(before), dialect.canonical(wanted));
}

bool is_for(DialectKind kind, const std::vector<DialectKind>& dialects) {
  return dialects.empty() || std::find(dialects.begin(), dialects.end(), kind) != dialects.end();
}

}  // namespace

DefinitionKeys unlike_definitions(const Schema& expected, const Schema& live) {
  const DefinitionKeys as_written =
      dialect::differing_definitions(schema::on_dialect(expected, DialectKind::mariadb), live);
  if (as_written.empty()) return {};
  const dialect::Dialect& dialect = dialect::dialect(DialectKind::mariadb);
  Schema wanted = dialect::part_with(expected, as_written);
  Schema found = dialect::part_with(live, as_written);
  wanted = dialect.canonical(wanted);
  found = dialect.reconciled(dialect.canonical(found), wanted);
  DefinitionKeys keys = dialect::differing_definitions(wanted, found);
  std::erase_if(keys, [&](const DefinitionKey& key) { return as_written.count(key) == 0; });
  return keys;
}

DefinitionKeys spelled_alike(const Schema& a, const Schema& b, DefinitionKeys keys,
                             const AskSpelling& ask) {
  // The server keeps a trigger's body without its table.
  std::erase_if(keys, [&](const DefinitionKey& key) {
    return key.kind == "trigger" &&
           a.triggers.at(key.object).table != b.triggers.at(key.object).table;
  });
  if (keys.empty()) return {};
  const auto apart = [&](const Schema& one, const Schema& other) {
    const DefinitionKeys all =
        unlike_definitions(dialect::part_with(one, keys), dialect::part_with(other, keys));
    DefinitionKeys found;
    std::set_intersection(all.begin(), all.end(), keys.begin(), keys.end(),
                          std::inserter(found, found.end()));
    return found;
  };
  const Schema spelled_a = ask(a, keys);
  const DefinitionKeys left = apart(spelled_a, b);
  DefinitionKeys alike = without(keys, left);
  if (left.empty()) return alike;
  Schema other = a;
  for (const DefinitionKey& key : left) dialect::take_definition(other, b, key);
  const Schema spelled_b = ask(other, left);
  for (const Schema* one : {&spelled_a, &a}) {
    const DefinitionKeys differ = apart(*one, spelled_b);
    for (const DefinitionKey& key : without(left, differ)) alike.insert(key);
  }
  return alike;
}

Schema equivalent(const Schema& before, Schema wanted, const std::vector<DialectKind>& dialects,
                  const AskSpelling& ask) {
  wanted = dialect::equivalent(before, std::move(wanted), dialects);
  if (!is_for(DialectKind::mariadb, dialects) || before == wanted) return wanted;
  DefinitionKeys alike;
  try {
    // Each is created with the tables of the wanted schema.
    alike = spelled_alike(wanted, before, differing_on(DialectKind::mariadb, before, wanted), ask);
    if (alike.empty()) return wanted;
    if (is_for(DialectKind::sqlite, dialects)) {
      alike = without(alike, differing_on(DialectKind::sqlite, dialect::part_with(before, alike),
                                          dialect::part_with(wanted, alike)));
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid) throw;
    // What a database cannot have has no form there: the planner reports it, with its position.
    return wanted;
  }
  for (const DefinitionKey& key : alike) dialect::take_definition(wanted, before, key);
  return dialect::equivalent(before, std::move(wanted), dialects);
}

Schema with_expected_spelling(backend::Connection& connection, const Schema& expected, Schema live,
                              const SpellingSources& sources) {
  if (!dialect::capabilities(connection.dialect().kind()).rewrites_sql) return live;
  live = with_expected_names(connection, expected, std::move(live));
  live = with_past_events(connection, expected, std::move(live));
  DefinitionKeys keys = unlike_definitions(expected, live);
  // Usually there is nothing to ask.
  if (keys.empty()) return live;
  if (sources.recorded) {
    const SpellingRecord record(connection, live);
    const dialect::Definitions told = dialect::definitions_of(dialect::part_with(expected, keys));
    // Texts are recorded under the database's names, which may be in lower case only.
    const dialect::Definitions now = dialect::definitions_of(
        connection.folds_table_names() ? connection.inspect({}).schema : live);
    for (const DefinitionKey& key : DefinitionKeys(keys)) {
      if (!record.knows(key, told.at(key), definition_at(now, key))) continue;
      dialect::take_definition(live, expected, key);
      keys.erase(key);
    }
  }
  if (!sources.ask || keys.empty()) return live;
  for (const DefinitionKey& key : spelled_alike(expected, live, keys, sources.ask)) {
    dialect::take_definition(live, expected, key);
  }
  return live;
}

}  // namespace dbmig::run
