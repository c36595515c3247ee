#include "cli/server_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/listed.hpp"
#include "cli/proving.hpp"
#include "dialect/reworded.hpp"
#include "run/ask_words.hpp"

namespace dbmig::cli {
namespace {

constexpr const char* kLogger = "dbmig.words";

using dialect::WordingKey;
using Keys = std::set<WordingKey>;

void say_unasked(Context& context, const Keys& keys, const std::string& why) {
  std::vector<std::string> names;
  for (const WordingKey& key : keys) names.push_back(describe(key));
  context.console().info(
      kLogger, fmt::format("No MariaDB server was asked how it words {}, compared as written: {}",
                           text::join_some(names), why));
}

/// The places of both schemas that MariaDB reads as other tokens.
Keys differing(const schema::Schema& before, const schema::Schema& wanted, DialectKind kind) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  return dialect::differing_words(dialect.canonical(before), dialect.canonical(wanted));
}

Keys worded_alike(Context& context, const schema::Schema& before, const schema::Schema& wanted,
                  bool on_sqlite) {
  try {
    const Keys keys = differing(before, wanted, DialectKind::mariadb);
    // Each is built with the tables that are wanted.
    Keys alike = run::worded_alike(wanted, before, keys, words_asker(context));
    if (alike.empty() || !on_sqlite) return alike;
    const Keys other = differing(dialect::part_with(before, alike),
                                 dialect::part_with(wanted, alike), DialectKind::sqlite);
    std::erase_if(alike, [&](const WordingKey& key) { return other.count(key) != 0; });
    return alike;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid) throw;
    // What a database cannot have has no form there: the planner says so, with its place.
    return {};
  }
}

}  // namespace

run::AskWords words_asker(Context& context) {
  auto missing = std::make_shared<std::optional<std::string>>();
  return [&context, missing](const schema::Schema& schema, const Keys& keys) {
    if (*missing) return schema;
    const Ground ground = proving_ground(context, DialectKind::mariadb);
    try {
      if (ground.scratch) return run::ask_words(*ground.scratch, schema, keys);
      *missing = ground.missing;
    } catch (const Error& error) {
      const bool is_out_of_reach = error.code() == ErrorCode::connection ||
                                   error.code() == ErrorCode::access ||
                                   error.code() == ErrorCode::not_found;
      if (!is_out_of_reach) throw;
      *missing = error.message();
    }
    say_unasked(context, keys, **missing);
    return schema;
  };
}

schema::Schema reworded(Context& context, const schema::Schema& before, schema::Schema wanted,
                        const std::vector<DialectKind>& dialects) {
  wanted = dialect::reworded(before, std::move(wanted), dialects);
  const auto is_for = [&](DialectKind kind) {
    return dialects.empty() || std::find(dialects.begin(), dialects.end(), kind) != dialects.end();
  };
  if (!is_for(DialectKind::mariadb) || before == wanted) return wanted;
  const Keys alike = worded_alike(context, before, wanted, is_for(DialectKind::sqlite));
  if (alike.empty()) return wanted;
  for (const WordingKey& key : alike) dialect::take_words(wanted, before, key);
  return dialect::reworded(before, std::move(wanted), dialects);
}

}  // namespace dbmig::cli
