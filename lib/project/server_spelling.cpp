#include "project/server_spelling.hpp"

#include <fmt/core.h>

#include <memory>

#include "base/listed.hpp"
#include "project/proving.hpp"
#include "run/ask_spelling.hpp"

namespace dbmig::project {
namespace {

constexpr const char* kSpellingLog = "dbmig.spelling";

using dialect::DefinitionKey;
using Keys = std::set<DefinitionKey>;

void say_unasked(Workspace& workspace, const Keys& keys, const std::string& why) {
  std::vector<std::string> names;
  for (const DefinitionKey& key : keys) names.push_back(describe(key));
  workspace.events().info(
      kSpellingLog,
      fmt::format("No MariaDB server was available to compare {}, compared as written: {}",
                  text::join_some(names), why));
}

}  // namespace

run::AskSpelling spelling_of_server(Workspace& workspace) {
  auto missing = std::make_shared<std::optional<std::string>>();
  return [&workspace, missing](const schema::Schema& schema, const Keys& keys) {
    if (*missing) return schema;
    const ProofDatabase database = proof_database(workspace, DialectKind::mariadb);
    try {
      if (database.scratch) return run::ask_spelling(*database.scratch, schema, keys);
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
  return run::equivalent(before, std::move(wanted), dialects, spelling_of_server(workspace));
}

}  // namespace dbmig::project
