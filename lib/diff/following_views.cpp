#include "diff/following_views.hpp"

#include <fmt/core.h>

#include <map>
#include <set>

#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::diff {
namespace {

/// What operations say by themselves.
struct Said {
  std::map<std::string, std::string> changed;  ///< in lower case → "table 't'", as it is called
  std::set<std::string> views;                 ///< made, and so no surprise
};

void change(Said& said, const std::string& table) {
  said.changed.emplace(text::lower(table), fmt::format("table '{}'", table));
}

void collect_said(std::span<const ops::Operation> operations, Said& said) {
  for (const ops::Operation& operation : operations) {
    if (const auto* add = std::get_if<ops::AddColumn>(&operation)) {
      change(said, add->table);
    } else if (const auto* drop = std::get_if<ops::DropColumn>(&operation)) {
      change(said, drop->table);
    } else if (const auto* alter = std::get_if<ops::AlterColumn>(&operation)) {
      if (alter->rename) change(said, alter->table);
    } else if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
      if (said.changed.erase(text::lower(rename->name)) != 0) change(said, rename->to);
    } else if (const auto* view = std::get_if<ops::CreateView>(&operation)) {
      said.views.insert(view->view.name);
    } else if (const auto* execute = std::get_if<ops::Execute>(&operation)) {
      collect_said(execute->state, said);
    }
  }
}

bool shows_all_columns(const schema::View& view) {
  return ops::selects_all(view.sql.for_dialect(DialectKind::sqlite), DialectKind::sqlite) ||
         ops::selects_all(view.sql.for_dialect(DialectKind::mariadb), DialectKind::mariadb);
}

}  // namespace

std::vector<std::string> following_views(const schema::Schema& after,
                                         std::span<const ops::Operation> operations) {
  Said said;
  collect_said(operations, said);
  std::vector<std::string> lines;
  for (bool found = !said.changed.empty(); found;) {
    found = false;
    for (const auto& [name, view] : after.views) {
      if (said.changed.count(text::lower(name)) != 0 || !shows_all_columns(view)) continue;
      for (const std::string& read : ops::tables_in(view.sql)) {
        const auto source = said.changed.find(read);
        if (source == said.changed.end()) continue;
        if (said.views.count(name) == 0) {
          lines.push_back(fmt::format("View '{}' shows all columns of {} and changes with it", name,
                                      source->second));
        }
        said.changed.emplace(text::lower(name), fmt::format("view '{}'", name));
        found = true;
        break;
      }
    }
  }
  return lines;
}

}  // namespace dbmig::diff
