#include "run/unreadable_views.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backend/broken_views.hpp"
#include "base/error.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "ops/sql_references.hpp"
#include "run/made_views.hpp"

namespace dbmig::run {
namespace {

using Views = schema::SharedMap<std::string, schema::View>;

bool is_named(const std::string& name, const std::string& missing) {
  return text::equals_ignoring_case(name, missing);
}

bool has_column(const schema::Table& table, const std::string& missing) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const schema::Column& column) { return is_named(column.name, missing); });
}

using BrokenViews = std::map<std::string, backend::BrokenView>;

/// Whether one of `operations` may bring what is called `missing`.
bool comes(std::span<const ops::Operation> operations, const std::string& missing,
           const BrokenViews& broken) {
  return std::any_of(operations.begin(), operations.end(), [&](const ops::Operation& operation) {
    return std::visit(
        overloaded{
            [&](const ops::CreateTable& op) {
              return is_named(op.table.name, missing) || has_column(op.table, missing);
            },
            [&](const ops::AddColumn& op) { return is_named(op.column.name, missing); },
            [&](const ops::AlterColumn& op) { return op.rename && is_named(*op.rename, missing); },
            [&](const ops::RenameTable& op) { return is_named(op.to, missing); },
            [&](const ops::CreateView& op) {
              const bool is_broken = broken.count(op.view.name) != 0;
              return is_named(op.view.name, missing) ||
                     (!is_broken && ops::has_name(op.view.sql, missing));
            },
            [&](const ops::CreateRoutine& op) { return is_named(op.routine.name, missing); },
            [&](const ops::Execute& op) { return ops::has_name(op.sql, missing); },
            [](const auto&) { return false; }},
        operation);
  });
}

/// What is called `name` of a database, as a server says it: `database.table`, `table.column`.
std::string last_part(const std::string& name) {
  return name.substr(name.rfind('.') + 1);
}

/// The text with which `planned` makes `view`, as far as operations say it; otherwise the one that
/// it has, with other names for what is renamed.
const schema::SqlText& made_text(const PlannedRevision& planned, const schema::View& view) {
  const schema::SqlText* text = &view.sql;
  for (const ops::Operation& operation : planned.operations) {
    const auto* create = std::get_if<ops::CreateView>(&operation);
    if (create != nullptr && create->view.name == view.name) text = &create->view.sql;
  }
  return *text;
}

/// The views of `all` that are `made`, and those that they read.
Views concerned(const Views& all, const std::map<std::string, std::size_t>& made) {
  std::map<std::string, const schema::View*> by_name;
  for (const auto& [name, view] : all) by_name[text::lower(name)] = &view;
  std::vector<std::string> to_come;
  for (const auto& [name, statement] : made) to_come.push_back(text::lower(name));
  Views found;
  while (!to_come.empty()) {
    const auto view = by_name.find(to_come.back());
    to_come.pop_back();
    if (view == by_name.end() || found.count(view->second->name) != 0) continue;
    found.emplace(view->second->name, *view->second);
    for (const std::string& read : ops::tables_in(view->second->sql)) to_come.push_back(read);
  }
  return found;
}

/// Those of `broken`, which are among `views`, that `planned` does not mend.
std::set<std::string> stay_broken(const PlannedRevision& planned, const Views& views,
                                  const BrokenViews& broken) {
  std::set<std::string> stay;
  std::set<std::string> read;  // the same in lower case
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& [name, view] : broken) {
      if (stay.count(name) != 0) continue;
      const schema::SqlText& text = made_text(planned, views.at(name));
      const std::string missing = last_part(view.missing.name);
      bool stays = false;
      if (view.is_by_another) {
        const std::set<std::string> sources = ops::tables_in(text);
        stays = std::any_of(sources.begin(), sources.end(),
                            [&](const std::string& one) { return read.count(one) != 0; });
      } else {
        stays = ops::has_name(text, missing) && !comes(planned.operations, missing, broken);
      }
      if (!stays) continue;
      stay.insert(name);
      read.insert(text::lower(name));
      grows = true;
    }
  }
  return stay;
}

}  // namespace

void refuse_unreadable_views(backend::Connection& connection, const PlannedRevision& planned,
                             const schema::Schema& before) {
  const DialectKind kind = connection.dialect().kind();
  if (!dialect::capabilities(kind).resolves_views || before.views.empty()) return;
  const std::map<std::string, std::size_t> made = made_views(planned.statements);
  if (made.empty()) return;
  const Views views = concerned(schema::on_dialect(before, kind).views, made);
  const BrokenViews broken = backend::broken_views(connection, views);
  std::vector<Diagnostic> refused;
  for (const std::string& name : stay_broken(planned, views, broken)) {
    const auto statement = made.find(name);
    if (statement == made.end()) continue;
    const backend::BrokenView& view = broken.at(name);
    refused.push_back(
        {position_of(planned, planned.statements[statement->second].first_operation),
         fmt::format("{} of revision {} would make view '{}' anew, which cannot be read in this "
                     "database: {}",
                     to_string(planned.direction), planned.revision.id, name, view.error.message()),
         fmt::format("nothing was changed; bring '{}' back, or replace or drop the view in a "
                     "revision before this one, then run the command again",
                     last_part(view.missing.name))});
  }
  if (!refused.empty()) throw Error(ErrorCode::refused, std::move(refused));
}

}  // namespace dbmig::run
