#include "run/wordings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "dialect/equivalent.hpp"
#include "run/expected_names.hpp"
#include "run/word_record.hpp"

namespace dbmig::run {
namespace {

using dialect::WordingKey;
using schema::Schema;
using WordingKeys = std::set<WordingKey>;

WordingKeys without(WordingKeys keys, const WordingKeys& others) {
  std::erase_if(keys, [&](const WordingKey& key) { return others.count(key) != 0; });
  return keys;
}

/// The places in both schemas whose tokens differ for `kind`.
WordingKeys differing_on(DialectKind kind, const Schema& before, const Schema& wanted) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  return dialect::differing_words(dialect.canonical(before), dialect.canonical(wanted));
}

bool is_for(DialectKind kind, const std::vector<DialectKind>& dialects) {
  return dialects.empty() || std::find(dialects.begin(), dialects.end(), kind) != dialects.end();
}

}  // namespace

WordingKeys unlike_words(const Schema& expected, const Schema& live) {
  const WordingKeys as_written =
      dialect::differing_words(schema::on_dialect(expected, DialectKind::mariadb), live);
  if (as_written.empty()) return {};
  const dialect::Dialect& dialect = dialect::dialect(DialectKind::mariadb);
  Schema wanted = dialect::part_with(expected, as_written);
  Schema found = dialect::part_with(live, as_written);
  wanted = dialect.canonical(wanted);
  found = dialect.reconciled(dialect.canonical(found), wanted);
  WordingKeys keys = dialect::differing_words(wanted, found);
  std::erase_if(keys, [&](const WordingKey& key) { return as_written.count(key) == 0; });
  return keys;
}

WordingKeys worded_alike(const Schema& a, const Schema& b, const WordingKeys& keys,
                         const AskWords& ask) {
  if (keys.empty()) return {};
  const auto apart = [&](const Schema& one, const Schema& other) {
    const WordingKeys all =
        unlike_words(dialect::part_with(one, keys), dialect::part_with(other, keys));
    WordingKeys found;
    std::set_intersection(all.begin(), all.end(), keys.begin(), keys.end(),
                          std::inserter(found, found.end()));
    return found;
  };
  const Schema words_of_a = ask(a, keys);
  const WordingKeys left = apart(words_of_a, b);
  WordingKeys alike = without(keys, left);
  if (left.empty()) return alike;
  Schema other = a;
  for (const WordingKey& key : left) dialect::take_words(other, b, key);
  const Schema words_of_b = ask(other, left);
  for (const Schema* one : {&words_of_a, &a}) {
    const WordingKeys differ = apart(*one, words_of_b);
    for (const WordingKey& key : without(left, differ)) alike.insert(key);
  }
  return alike;
}

Schema equivalent(const Schema& before, Schema wanted, const std::vector<DialectKind>& dialects,
                  const AskWords& ask) {
  wanted = dialect::equivalent(before, std::move(wanted), dialects);
  if (!is_for(DialectKind::mariadb, dialects) || before == wanted) return wanted;
  WordingKeys alike;
  try {
    // Each is created with the tables of the wanted schema.
    alike = worded_alike(wanted, before, differing_on(DialectKind::mariadb, before, wanted), ask);
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
  for (const WordingKey& key : alike) dialect::take_words(wanted, before, key);
  return dialect::equivalent(before, std::move(wanted), dialects);
}

Schema with_expected_words(backend::Connection& connection, const Schema& expected, Schema live,
                           const WordingSources& sources) {
  if (!dialect::capabilities(connection.dialect().kind()).rewrites_sql) return live;
  live = with_expected_names(connection, expected, std::move(live));
  WordingKeys keys = unlike_words(expected, live);
  // Usually there is nothing to ask.
  if (keys.empty()) return live;
  if (sources.recorded) {
    const WordRecord record(connection, live);
    const dialect::Words told = dialect::words_of(dialect::part_with(expected, keys));
    // Texts are recorded under the database's names, which may be in lower case only.
    const dialect::Words now =
        dialect::words_of(connection.folds_table_names() ? connection.inspect({}).schema : live);
    for (const WordingKey& key : WordingKeys(keys)) {
      if (!record.knows(key, told.at(key), words_at(now, key))) continue;
      dialect::take_words(live, expected, key);
      keys.erase(key);
    }
  }
  if (!sources.ask || keys.empty()) return live;
  for (const WordingKey& key : worded_alike(expected, live, keys, sources.ask)) {
    dialect::take_words(live, expected, key);
  }
  return live;
}

}  // namespace dbmig::run
