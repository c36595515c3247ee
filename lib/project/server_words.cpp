#include "project/server_words.hpp"

#include <fmt/core.h>

#include <memory>

#include "base/listed.hpp"
#include "project/proving.hpp"
#include "run/ask_words.hpp"

namespace dbmig::project {
namespace {

constexpr const char* kWordsLog = "dbmig.words";

using dialect::WordingKey;
using Keys = std::set<WordingKey>;

void say_unasked(Workspace& workspace, const Keys& keys, const std::string& why) {
  std::vector<std::string> names;
  for (const WordingKey& key : keys) names.push_back(describe(key));
  workspace.events().info(
      kWordsLog,
      fmt::format("No MariaDB server was available to compare {}, compared as written: {}",
                  text::join_some(names), why));
}

}  // namespace

run::AskWords words_of_server(Workspace& workspace) {
  auto missing = std::make_shared<std::optional<std::string>>();
  return [&workspace, missing](const schema::Schema& schema, const Keys& keys) {
    if (*missing) return schema;
    const ProofDatabase database = proof_database(workspace, DialectKind::mariadb);
    try {
      if (database.scratch) return run::ask_words(*database.scratch, schema, keys);
      *missing = database.missing;
    } catch (const Error& error) {
      const bool is_out_of_reach = error.code() == ErrorCode::connection ||
                                   error.code() == ErrorCode::access ||
                                   error.code() == ErrorCode::not_found;
      if (!is_out_of_reach) throw;
      *missing = error.message();
    }
    say_unasked(workspace, keys, **missing);
    return schema;
  };
}

schema::Schema equivalent(Workspace& workspace, const schema::Schema& before, schema::Schema wanted,
                          const std::vector<DialectKind>& dialects) {
  return run::equivalent(before, std::move(wanted), dialects, words_of_server(workspace));
}

}  // namespace dbmig::project
