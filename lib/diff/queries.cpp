#include "diff/queries.hpp"

#include <utility>

#include "diff/view_changes.hpp"

namespace dbmig::diff {

using Names = std::set<std::string>;

QueryChanges query_changes(const Comparison& comparison, const Names& late) {
  const schema::Schema& from = comparison.from;
  const schema::Schema& to = comparison.to;
  QueryChanges changes;

  const ViewChanges views(comparison, late);
  changes.losing_late = views.losing_late();
  changes.tables_late = views.tables_late();
  Names new_triggers;
  for (const auto& [name, trigger] : to.triggers) {
    if (from.triggers.count(name) == 0) new_triggers.insert(name);
  }
  const Names dropped(comparison.dropped.begin(), comparison.dropped.end());
  for (const auto& [name, trigger] : from.triggers) {
    const bool wanted = to.triggers.count(name) != 0;
    if (dropped.count(trigger.table) != 0 || views.renewed().count(trigger.table) != 0) {
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

  // Together, what reads others goes first and comes last: then it is so on the way back, too.
  const auto drop = [&](std::vector<ops::Operation>& operations, Names names) {
    const std::vector<std::string> down = by_dependency(from.views, std::move(names));
    for (auto name = down.rbegin(); name != down.rend(); ++name) {
      operations.emplace_back(ops::DropView{*name});
    }
  };
  const auto create = [&](std::vector<ops::Operation>& operations, Names names) {
    for (const std::string& name : by_dependency(to.views, std::move(names))) {
      operations.emplace_back(ops::CreateView{to.views.at(name)});
    }
  };
  Names first = views.early();
  first.insert(views.out_of_the_way().begin(), views.out_of_the_way().end());
  drop(changes.before, first);
  create(changes.before, views.early());

  Names goes = views.late_drops();
  Names comes;
  for (const auto& [name, view] : to.views) {
    const bool is_there = from.views.count(name) != 0;
    if (is_there && (views.renewed().count(name) == 0 || views.early().count(name) != 0)) continue;
    if (is_there && first.count(name) == 0) goes.insert(name);
    comes.insert(name);
  }
  drop(changes.after, std::move(goes));
  create(changes.after, std::move(comes));
  for (const std::string& name : new_triggers) {
    changes.after.emplace_back(ops::CreateTrigger{to.triggers.at(name)});
  }
  return changes;
}

}  // namespace dbmig::diff
