#include "diff/queries.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::diff {
namespace {

using Names = std::set<std::string>;
using Views = std::map<std::string, schema::View>;

bool intersects(const Names& a, const Names& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& name) { return b.count(name) != 0; });
}

/// The tables, by their old names in lower case, of which a view would see a change.
Names changed_tables(const Comparison& comparison) {
  Names names;
  for (const std::string& table : comparison.dropped) names.insert(text::lower(table));
  for (const TableChange& change : comparison.changes) {
    if (change.from != change.to || change.changes_columns()) {
      names.insert(text::lower(change.from));
    }
  }
  return names;
}

/// The views that have to be made again, because they change or because what they read does.
/// `touched`: the tables and views whose change they would see, added to as views are found.
Names views_to_renew(const Comparison& comparison, Names touched, bool own_changes) {
  Names drop;
  for (bool found = true; found;) {
    found = false;
    for (const auto& [name, view] : comparison.from.views) {
      if (drop.count(name) != 0) continue;
      const auto wanted = comparison.to.views.find(name);
      const bool same = wanted != comparison.to.views.end() && wanted->second == view &&
                        comparison.renamed.views.at(name) == view;
      const bool stays = (same || !own_changes) && !intersects(ops::tables_in(view.sql), touched);
      if (stays) continue;
      drop.insert(name);
      touched.insert(text::lower(name));
      found = true;
    }
  }
  return drop;
}

/// `names` with every view behind those that it reads.
std::vector<std::string> by_dependency(const Views& views, Names names) {
  std::map<std::string, Names> reads;
  for (const std::string& name : names) reads[name] = ops::tables_in(views.at(name).sql);
  std::vector<std::string> ordered;
  while (!names.empty()) {
    auto next = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return std::none_of(names.begin(), names.end(), [&](const std::string& other) {
        return other != name && reads[name].count(text::lower(other)) != 0;
      });
    });
    // Views that read each other are a mistake that the database reports.
    if (next == names.end()) next = names.begin();
    ordered.push_back(std::move(names.extract(next).value()));
  }
  return ordered;
}

}  // namespace

QueryChanges query_changes(const Comparison& comparison) {
  const schema::Schema& from = comparison.from;
  const schema::Schema& to = comparison.to;
  QueryChanges changes;

  const Names renewed = views_to_renew(comparison, changed_tables(comparison), true);
  // Out of the way while tables change, or for good.
  Names views = views_to_renew(comparison, changed_tables(comparison), false);
  for (const std::string& name : renewed) {
    if (to.views.count(name) == 0) views.insert(name);
  }
  Names new_triggers;
  for (const auto& [name, trigger] : to.triggers) {
    if (from.triggers.count(name) == 0) new_triggers.insert(name);
  }
  const Names dropped(comparison.dropped.begin(), comparison.dropped.end());
  for (const auto& [name, trigger] : from.triggers) {
    const bool wanted = to.triggers.count(name) != 0;
    if (dropped.count(trigger.table) != 0 || renewed.count(trigger.table) != 0) {
      // It goes with its table or view.
      if (wanted) new_triggers.insert(name);
      continue;
    }
    if (wanted && to.triggers.at(name) == trigger &&
        comparison.renamed.triggers.at(name) == trigger) {
      continue;
    }
    changes.before.emplace_back(ops::DropTrigger{name});
    if (wanted) new_triggers.insert(name);
  }

  const std::vector<std::string> down = by_dependency(from.views, views);
  for (auto name = down.rbegin(); name != down.rend(); ++name) {
    changes.before.emplace_back(ops::DropView{*name});
  }
  Names create;
  for (const auto& [name, view] : to.views) {
    if (from.views.count(name) == 0 || renewed.count(name) != 0) create.insert(name);
  }
  for (const std::string& name : by_dependency(to.views, create)) {
    const bool is_there = from.views.count(name) != 0 && views.count(name) == 0;
    if (is_there) changes.after.emplace_back(ops::DropView{name});
    changes.after.emplace_back(ops::CreateView{to.views.at(name)});
  }
  for (const std::string& name : new_triggers) {
    changes.after.emplace_back(ops::CreateTrigger{to.triggers.at(name)});
  }
  return changes;
}

}  // namespace dbmig::diff
