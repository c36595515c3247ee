#include "project/sqlite_alone.hpp"

#include <fmt/core.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/scratch.hpp"
#include "base/error.hpp"
#include "dialect/dialect.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "proof/external.hpp"
#include "schema/validate.hpp"

namespace dbmig::project {
namespace {

using schema::Schema;

/// {"views", "v"} → why MariaDB does not take it.
using Reasons = std::map<std::pair<std::string, std::string>, std::string>;

Reasons known_refusals(const Schema& schema) {
  Reasons reasons;
  for (const dialect::Refusal& refusal :
       dialect::dialect(DialectKind::mariadb).refusals(schema::normalized(schema))) {
    if (refusal.path.size() < 2) continue;
    reasons.try_emplace({refusal.path[0], refusal.path[1]}, refusal.message);
  }
  return reasons;
}

/// Builds `schema` one object after the other: what is refused holds up nothing that does without.
/// With `others`, tables that views read may be those of others.
void ask(backend::Connection& connection, Schema schema, bool others, Reasons& reasons) {
  // What others manage, and what stands in a circle, does not matter to views and triggers.
  for (auto& [name, table] : schema.tables) table.foreign_keys.clear();
  proof::ExternalTables external(connection);
  Schema built;
  for (const ops::Operation& operation : diff::diff({}, schema).operations) {
    try {
      const std::vector<ops::Operation> one{operation};
      for (const auto& statement : connection.dialect().plan(built, one, {})) {
        if (others && std::holds_alternative<ops::CreateView>(operation)) {
          external.execute_view(statement.sql);
        } else {
          connection.execute(statement.sql);
        }
      }
      built = ops::apply(std::move(built), one);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      if (const auto* view = std::get_if<ops::CreateView>(&operation)) {
        reasons.try_emplace({"views", view->view.name}, error.message());
      } else if (const auto* trigger = std::get_if<ops::CreateTrigger>(&operation)) {
        reasons.try_emplace({"triggers", trigger->trigger.name}, error.message());
      }
    }
  }
}

template <class Object>
bool is_shared(const Object& object) {
  return !object.only && !object.sql.for_dialect(DialectKind::mariadb).empty();
}

}  // namespace

void mark_what_sqlite_alone_takes(Workspace& workspace, const Schema& before, Schema& found) {
  if (found.views.empty() && found.triggers.empty()) return;
  Schema all = before;
  all.tables.insert(found.tables.begin(), found.tables.end());
  all.views.insert(found.views.begin(), found.views.end());
  all.triggers.insert(found.triggers.begin(), found.triggers.end());
  Reasons reasons;
  try {
    reasons = known_refusals(all);
    const backend::ScratchOptions options = workspace.scratch_options(DialectKind::mariadb);
    if (options.server) {
      backend::Scratch scratch(options);
      ask(scratch.connection(), schema::on_dialect(all, DialectKind::mariadb),
          !workspace.selection().empty(), reasons);
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    // Without a server, what is documented decides.
  }
  const auto mark = [&](auto& objects, const char* section, const char* what) {
    for (auto& [name, object] : objects) {
      const auto reason = reasons.find({section, name});
      if (reason == reasons.end() || !is_shared(object)) continue;
      object.only = DialectKind::sqlite;
      if (!object.sql.sqlite.empty()) object.sql = {object.sql.sqlite, {}, {}};
      workspace.events().info("dbmig.adopt",
                              fmt::format("{} '{}' is for SQLite alone (only: sqlite), as MariaDB "
                                          "does not take it: {}",
                                          what, name, reason->second));
    }
  };
  mark(found.views, "views", "view");
  mark(found.triggers, "triggers", "trigger");
}

}  // namespace dbmig::project
