#include "diff/view_changes.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::diff {
namespace {

using Names = std::set<std::string>;
using Views = schema::SharedMap<std::string, schema::View>;

bool mentions_any_column(const schema::SqlText& sql, const std::string& table,
                         const Names& columns) {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return ops::may_mention(sql, column) &&
           ops::mentions_column(sql, {column, ops::qualifiers_of(sql, table), true, false});
  });
}

}  // namespace

std::vector<std::string> by_dependency(const schema::SharedMap<std::string, schema::View>& views,
                                       std::set<std::string> names) {
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

ViewChanges::ViewChanges(const Comparison& comparison, const Names& late)
    : comparison_(comparison), late_(late) {
  find_renewed();
  sort_out();
  close_out();
}

/// What a view mentions, looked up in what changes.
struct ViewChanges::Reads {
  Reads(const std::string& view, const Views& all)
      : sql(all.at(view).sql), names(ops::tables_in(sql)), views(all) {}

  bool any_of(const Names& tables) const {
    return std::any_of(tables.begin(), tables.end(),
                       [&](const std::string& name) { return has(name); });
  }
  bool has(const std::string& name) const { return names.count(text::lower(name)) != 0; }

  /// Whether it uses columns of a table, also through views that show all of them.
  bool columns(const std::string& table, const Names& columns) const {
    if (columns.empty()) return false;
    if (has(table) && mentions_any_column(sql, table, columns)) return true;
    return std::any_of(views.begin(), views.end(), [&](const auto& entry) {
      return &entry.second.sql != &sql && has(entry.first) &&
             shows_all(entry.second, table, Names{entry.first}) &&
             mentions_any_column(sql, entry.first, columns);
    });
  }

  /// Whether `view` takes all columns of the table, directly or through others but those `seen`.
  bool shows_all(const schema::View& view, const std::string& table, Names seen) const {
    if (!ops::selects_all(view.sql.any, std::nullopt) &&
        !ops::selects_all(view.sql.for_dialect(DialectKind::mariadb), DialectKind::mariadb)) {
      return false;
    }
    const Names read = ops::tables_in(view.sql);
    if (read.count(text::lower(table)) != 0) return true;
    return std::any_of(views.begin(), views.end(), [&](const auto& entry) {
      if (read.count(text::lower(entry.first)) == 0) return false;
      Names more = seen;
      return more.insert(entry.first).second && shows_all(entry.second, table, std::move(more));
    });
  }

  const schema::SqlText& sql;
  Names names;  ///< in lower case
  const Views& views;
};

void ViewChanges::find_renewed() {
  const auto changes_itself = [&](const std::string& name, const schema::View& view) {
    const auto wanted = comparison_.to.views.find(name);
    return wanted == comparison_.to.views.end() || wanted->second != view ||
           comparison_.renamed.views.at(name) != view;
  };
  // Tables and columns that are made anew under the same name.
  const auto loses_for_a_moment = [&](const Reads& reads) {
    return std::any_of(comparison_.dropped.begin(), comparison_.dropped.end(),
                       [&](const std::string& table) { return reads.has(table); }) ||
           std::any_of(comparison_.changes.begin(), comparison_.changes.end(),
                       [&](const TableChange& change) {
                         return reads.columns(change.from, change.readded);
                       });
  };
  // What a bare name means, and so whether the fold renames it, depends on what else has a column
  // of the name at that moment.
  const auto is_renamed_unsurely = [&](const Reads& reads) {
    std::size_t changed = 0;
    bool renamed = false;
    for (const TableChange& change : comparison_.changes) {
      if (!change.changes_columns() || !reads.has(change.from)) continue;
      ++changed;
      renamed = renamed || !change.renamed_columns.empty();
    }
    return renamed && changed > 1;
  };
  for (bool found = true; found;) {
    found = false;
    for (const auto& [name, view] : comparison_.from.views) {
      if (renewed_.count(name) != 0) continue;
      const Reads reads(name, comparison_.from.views);
      if (!changes_itself(name, view) && !loses_for_a_moment(reads) &&
          !is_renamed_unsurely(reads) && !reads.any_of(renewed_)) {
        continue;
      }
      renewed_.insert(name);
      found = true;
    }
  }
}

void ViewChanges::sort_out() {
  Names stay;
  Names go;
  for (const std::string& name : renewed_) {
    (comparison_.to.views.count(name) == 0 ? go : stay).insert(name);
  }
  // Last first: what is read goes after what reads it.
  const std::vector<std::string> leaving = by_dependency(comparison_.from.views, std::move(go));
  for (auto name = leaving.rbegin(); name != leaving.rend(); ++name) {
    const Reads reads(*name, comparison_.from.views);
    const bool is_read = std::any_of(stay.begin(), stay.end(), [&](const std::string& other) {
      return Reads(other, comparison_.from.views).has(*name);
    });
    if (!is_read || is_taken(*name) || waits(reads)) {
      out_.insert(*name);
    } else {
      late_drops_.insert(*name);
      stay.insert(*name);
      lose_late(reads);
    }
  }
  std::erase_if(stay, [&](const std::string& name) { return late_drops_.count(name) != 0; });
  for (const std::string& name : by_dependency(comparison_.to.views, std::move(stay))) {
    const Reads old(name, comparison_.from.views);
    const Reads now(name, comparison_.to.views);
    if (!breaks(old)) continue;
    if (!needs_what_comes(name, now)) {
      early_.insert(name);
    } else {
      put_off(name);
    }
  }
  put_off_early();
}

void ViewChanges::put_off(const std::string& name) {
  const Reads old(name, comparison_.from.views);
  if (waits(old)) {
    out_.insert(name);
  } else {
    lose_late(old);
  }
}

void ViewChanges::put_off_early() {
  const auto is_waited_for = [&](const std::string& name) {
    return std::any_of(renewed_.begin(), renewed_.end(), [&](const std::string& other) {
      return early_.count(other) == 0 && out_.count(other) == 0 &&
             Reads(other, comparison_.from.views).has(name);
    });
  };
  for (bool found = true; found;) {
    found = false;
    for (const std::string& name : Names(early_)) {
      const Reads now(name, comparison_.to.views);
      if (!is_waited_for(name) && !needs_what_comes(name, now)) continue;
      early_.erase(name);
      put_off(name);
      found = true;
    }
  }
}

void ViewChanges::lose_late(const Reads& reads) {
  tables_late_ = tables_late_ || reads.any_of(late_);
  for (const TableChange& change : comparison_.changes) {
    if (reads.columns(change.from, change.dropped)) losing_late_.insert(change.to);
  }
}

bool ViewChanges::is_taken(const std::string& name) const {
  const auto same = [&](const std::string& other) {
    return text::equals_ignoring_case(name, other);
  };
  return std::any_of(comparison_.added.begin(), comparison_.added.end(), same) ||
         std::any_of(comparison_.table_renames.begin(), comparison_.table_renames.end(),
                     [&](const Rename& rename) { return same(rename.to); }) ||
         std::any_of(comparison_.to.views.begin(), comparison_.to.views.end(),
                     [&](const auto& entry) { return same(entry.first); });
}

void ViewChanges::close_out() {
  // What reads a renamed column through another view cannot be read until both have changed.
  const Names readers = readers_of_renamed();
  for (const std::string& name : renewed_) {
    if (early_.count(name) != 0 || !Reads(name, comparison_.from.views).any_of(readers)) {
      continue;
    }
    out_.insert(name);
    late_drops_.erase(name);
  }
  for (bool found = true; found;) {
    found = false;
    Names gone;
    for (const std::string& name : out_) {
      if (comparison_.to.views.count(name) != 0) gone.insert(name);
    }
    for (const std::string& name : renewed_) {
      if (early_.count(name) != 0 || !Reads(name, comparison_.from.views).any_of(gone)) continue;
      found = out_.insert(name).second || found;
      late_drops_.erase(name);
    }
  }
}

bool ViewChanges::needs_what_comes(const std::string& view, const Reads& reads) const {
  for (const std::string& table : comparison_.added) {
    if (reads.has(table)) return true;
  }
  for (const auto& [name, other] : comparison_.to.views) {
    const bool is_there = comparison_.from.views.count(name) != 0 &&
                          (renewed_.count(name) == 0 || early_.count(name) != 0);
    if (!is_there && name != view && reads.has(name)) return true;
  }
  for (const auto& [key, routine] : comparison_.to.routines) {
    const auto old = comparison_.from.routines.find(key);
    const bool is_there = old != comparison_.from.routines.end() && old->second == routine;
    if (!is_there && ops::may_mention(reads.sql, key.second)) return true;
  }
  return std::any_of(
      comparison_.changes.begin(), comparison_.changes.end(), [&](const TableChange& change) {
        Names come = change.added;
        come.insert(change.readded.begin(), change.readded.end());
        for (const Rename& rename : change.renamed_columns) come.insert(rename.to);
        const bool renamed = change.from != change.to || !change.renamed_columns.empty();
        return (renamed && reads.has(change.to)) || reads.columns(change.to, come);
      });
}

Names ViewChanges::readers_of_renamed() const {
  Names readers;
  for (bool found = true; found;) {
    found = false;
    for (const auto& [name, view] : comparison_.from.views) {
      if (readers.count(name) != 0) continue;
      const Reads reads(name, comparison_.from.views);
      const bool reads_table = std::any_of(
          comparison_.changes.begin(), comparison_.changes.end(), [&](const TableChange& change) {
            return !change.renamed_columns.empty() && reads.has(change.from);
          });
      if (reads_table || reads.any_of(readers)) found = readers.insert(name).second;
    }
  }
  return readers;
}

bool ViewChanges::breaks(const Reads& reads) const {
  const auto& dropped = comparison_.dropped;
  return reads.any_of(out_) || reads.any_of({dropped.begin(), dropped.end()}) ||
         std::any_of(comparison_.changes.begin(), comparison_.changes.end(),
                     [&](const TableChange& change) {
                       return reads.columns(change.from, change.dropped) ||
                              reads.columns(change.from, change.readded);
                     });
}

bool ViewChanges::waits(const Reads& reads) const {
  const auto& dropped = comparison_.dropped;
  return reads.any_of(out_) ||
         std::any_of(
             dropped.begin(), dropped.end(),
             [&](const std::string& name) { return late_.count(name) == 0 && reads.has(name); }) ||
         std::any_of(
             comparison_.changes.begin(), comparison_.changes.end(),
             [&](const TableChange& change) {
               return reads.columns(change.from, change.readded) ||
                      (!change.can_lose_late() && reads.columns(change.from, change.dropped));
             });
}

}  // namespace dbmig::diff
