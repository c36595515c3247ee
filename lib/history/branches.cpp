#include "history/branches.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "history/arrangement.hpp"
#include "history/common_rows.hpp"
#include "ops/apply.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::history {
namespace {

using IdList = std::vector<std::string>;
using Names = std::set<std::string>;

/// One operation of a branch with its place.
struct Placed {
  const Revision* revision = nullptr;
  std::size_t index = 0;

  const ops::Operation& operation() const { return revision->upgrade[index]; }
  Diagnostic described() const {
    SourcePosition where{revision->path.string(), 0, 0};
    if (index < revision->upgrade_positions.size()) where = revision->upgrade_positions[index];
    return {where, fmt::format("revision {}: {}", revision->id, ops::describe(operation())), {}};
  }
};

std::string foreign_table(const ops::Operation& operation) {
  if (const auto* key = std::get_if<ops::CreateForeignKey>(&operation)) {
    return key->foreign_key.referenced_table;
  }
  return {};
}

/// Names of all that an operation concerns, in small letters: its table, or its view or routine,
/// the name a rename gives, the tables that it refers to.
void add_subjects(const ops::Operation& operation, Names& names) {
  const auto add = [&](std::string_view name) {
    if (!name.empty()) names.insert(text::lower(name));
  };
  add(ops::table_of(operation));
  add(foreign_table(operation));
  if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) add(rename->to);
  if (const auto* view = std::get_if<ops::CreateView>(&operation)) add(view->view.name);
  if (const auto* view = std::get_if<ops::DropView>(&operation)) add(view->name);
  if (const auto* trigger = std::get_if<ops::CreateTrigger>(&operation)) add(trigger->trigger.name);
  if (const auto* trigger = std::get_if<ops::DropTrigger>(&operation)) add(trigger->name);
  if (const auto* routine = std::get_if<ops::CreateRoutine>(&operation)) add(routine->routine.name);
  if (const auto* routine = std::get_if<ops::DropRoutine>(&operation)) add(routine->name);
  if (const auto* table = std::get_if<ops::CreateTable>(&operation)) {
    for (const schema::ForeignKey& key : table->table.foreign_keys) add(key.referenced_table);
  }
  if (const auto* execute = std::get_if<ops::Execute>(&operation)) {
    for (const ops::Operation& part : execute->state) add_subjects(part, names);
  }
}

Names subjects(const ops::Operation& operation) {
  Names names;
  add_subjects(operation, names);
  return names;
}

/// The columns that an operation concerns, in small letters; none: the table as a whole.
Names columns_of(const ops::Operation& operation) {
  Names names;
  if (const auto* add = std::get_if<ops::AddColumn>(&operation)) names = {add->column.name};
  if (const auto* drop = std::get_if<ops::DropColumn>(&operation)) names = {drop->name};
  if (const auto* alter = std::get_if<ops::AlterColumn>(&operation)) {
    names = {alter->name};
    if (alter->rename) names.insert(*alter->rename);
  }
  Names lowered;
  for (const std::string& name : names) lowered.insert(text::lower(name));
  return lowered;
}

bool meet(const Names& a, const Names& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return b.count(name); });
}

bool have_common(const ops::Operation& a, const ops::Operation& b) {
  if (!meet(subjects(a), subjects(b))) return false;
  const Names first = columns_of(a);
  const Names second = columns_of(b);
  return first.empty() || second.empty() || meet(first, second);
}

std::vector<Placed> operations_of(const Graph& graph, const IdList& ids) {
  std::vector<Placed> all;
  for (const std::string& id : ids) {
    const Revision& revision = graph.get(id);
    for (std::size_t i = 0; i < revision.upgrade.size(); ++i) all.push_back({&revision, i});
  }
  return all;
}

/// The schema without what merged branches need not agree on.
schema::Schema comparable(schema::Schema schema) {
  schema = schema::sorted(std::move(schema));
  for (auto& [name, table] : schema.tables) {
    std::sort(table.columns.begin(), table.columns.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  return schema;
}

/// Two branches from one schema.
class Branches {
 public:
  Branches(const Graph& graph, const std::string& first, const std::string& second,
           const std::vector<ops::Operation>& resolution)
      : graph_(graph), resolution_(resolution) {
    auto [a, b] = graph.sides(first, second);
    a_ = std::move(a);
    b_ = std::move(b);
    first_ = operations_of(graph, a_);
    second_ = operations_of(graph, b_);
  }

  /// Whether both sides concern one thing at all: most do not, and cost no fold.
  bool meet_anywhere() const {
    Names names;
    for (const Placed& one : first_) add_subjects(one.operation(), names);
    return std::any_of(second_.begin(), second_.end(),
                       [&](const Placed& one) { return meet(subjects(one.operation()), names); });
  }

  std::vector<Contradiction> find() {
    std::vector<Contradiction> found;
    if (!meet_anywhere()) return found;
    const std::set<std::string> only_a(a_.begin(), a_.end());
    const std::set<std::string> only_b(b_.begin(), b_.end());
    std::set<std::string> common = graph_.ancestors(only_a);
    common.merge(graph_.ancestors(only_b));
    std::erase_if(common,
                  [&](const std::string& id) { return only_a.count(id) || only_b.count(id); });
    start_ = graph_.fold_in_order(graph_.in_order(common));
    const auto ab = fold(a_, b_, a_.size(), found);
    const auto ba = fold(b_, a_, b_.size(), found);
    if (ab && ba) add_common_rows(*ab, found);
    if (ab && ba) {
      add_differences(*ab, *ba, found);
      // Between one revision of a side and its next all of the other side may come.
      for (std::size_t i = 1; i < a_.size() && found.empty(); ++i) {
        if (const auto other = fold_split(a_, b_, i, found)) add_differences(*ab, *other, found);
      }
      for (std::size_t i = 1; i < b_.size() && found.empty(); ++i) {
        if (const auto other = fold_split(b_, a_, i, found)) add_differences(*ab, *other, found);
      }
    }
    return found;
  }

 private:
  std::optional<schema::Schema> fold_split(const IdList& outer, const IdList& inner,
                                           std::size_t split, std::vector<Contradiction>& found) {
    // What concerns nothing that the other side does cannot make a difference.
    Names names;
    for (const Placed& one : operations_of(graph_, inner)) add_subjects(one.operation(), names);
    const Revision& last = graph_.get(outer[split - 1]);
    const bool matters =
        std::any_of(last.upgrade.begin(), last.upgrade.end(),
                    [&](const ops::Operation& one) { return meet(subjects(one), names); });
    return matters ? fold(outer, inner, split, found) : std::nullopt;
  }

  /// The first `split` revisions of `outer`, all of `inner`, the rest of `outer`. Nothing when they
  /// do not fit in this order, which is then told.
  std::optional<schema::Schema> fold(const IdList& outer, const IdList& inner, std::size_t split,
                                     std::vector<Contradiction>& found) {
    schema::Schema schema = start_;
    IdList order(outer.begin(), outer.begin() + static_cast<std::ptrdiff_t>(split));
    order.insert(order.end(), inner.begin(), inner.end());
    order.insert(order.end(), outer.begin() + static_cast<std::ptrdiff_t>(split), outer.end());
    for (const Placed& one : operations_of(graph_, order)) {
      try {
        schema = ops::apply(std::move(schema), one.operation());
      } catch (const Error& error) {
        add_failure(one, error, found);
        return std::nullopt;
      }
    }
    try {
      return comparable(ops::apply(std::move(schema), resolution_));
    } catch (const Error&) {
      return std::nullopt;  // whoever folds the merge revision says what is wrong with it
    }
  }

  /// Rows with one key, which both sides insert, and nothing of either may take away before.
  void add_common_rows(const schema::Schema& end, std::vector<Contradiction>& found) const {
    const auto inserted = [](const std::vector<Placed>& side) {
      std::map<std::string, std::vector<const Placed*>> by_table;
      for (const Placed& one : side) {
        if (const auto* insert = std::get_if<ops::BulkInsert>(&one.operation())) {
          by_table[text::lower(insert->table)].push_back(&one);
        }
      }
      for (const Placed& one : side) {
        if (std::holds_alternative<ops::Execute>(one.operation())) by_table.clear();
        if (std::holds_alternative<ops::BulkDelete>(one.operation())) {
          by_table.erase(text::lower(ops::table_of(one.operation())));
        }
      }
      return by_table;
    };
    const auto second = inserted(second_);
    for (const auto& [name, firsts] : inserted(first_)) {
      const auto others = second.find(name);
      if (others == second.end()) continue;
      for (const Placed* one : firsts) {
        const auto& mine = std::get<ops::BulkInsert>(one->operation());
        const schema::Table* table = end.find_table(mine.table);
        for (const Placed* other : others->second) {
          if (table == nullptr) continue;
          const std::string row =
              common_row(mine, std::get<ops::BulkInsert>(other->operation()), *table);
          if (row.empty()) continue;
          add({one->described(), other->described(), false,
               fmt::format("both insert the row {} of table '{}'", row, mine.table)},
              found);
        }
      }
    }
  }

  const std::vector<Placed>& other_side(const Placed& one) const {
    const bool is_first = std::find(a_.begin(), a_.end(), one.revision->id) != a_.end();
    return is_first ? second_ : first_;
  }

  void add_failure(const Placed& one, const Error& error, std::vector<Contradiction>& found) const {
    const std::vector<Placed>& others = other_side(one);
    auto other = std::find_if(others.rbegin(), others.rend(), [&](const Placed& candidate) {
      return have_common(one.operation(), candidate.operation());
    });
    if (other == others.rend()) {
      other = std::find_if(others.rbegin(), others.rend(), [&](const Placed& candidate) {
        return meet(subjects(one.operation()), subjects(candidate.operation()));
      });
    }
    if (other == others.rend()) return;
    add({other->described(), one.described(), false, error.message()}, found);
  }

  static void add(Contradiction one, std::vector<Contradiction>& found) {
    const bool is_known = std::any_of(found.begin(), found.end(), [&](const Contradiction& known) {
      return (known.first.message == one.first.message &&
              known.second.message == one.second.message) ||
             (known.first.message == one.second.message &&
              known.second.message == one.first.message);
    });
    if (!is_known) found.push_back(std::move(one));
  }

  /// The last operation of a side that concerns `column` of `table`, or the table where there is
  /// none.
  static const Placed* last_on(const std::vector<Placed>& side, const std::string& table,
                               const std::string& column) {
    const Placed* on_table = nullptr;
    for (auto one = side.rbegin(); one != side.rend(); ++one) {
      if (subjects(one->operation()).count(text::lower(table)) == 0) continue;
      if (on_table == nullptr) on_table = &*one;
      if (columns_of(one->operation()).count(text::lower(column)) != 0) return &*one;
    }
    return on_table;
  }

  void add_difference(const std::string& name, const std::string& column,
                      std::vector<Contradiction>& found) const {
    const Placed* first = last_on(first_, name, column);
    const Placed* second = last_on(second_, name, column);
    if (first == nullptr || second == nullptr) return;
    const std::string subject =
        column.empty() ? fmt::format("'{}'", name) : fmt::format("column '{}.{}'", name, column);
    add({first->described(), second->described(), true, subject}, found);
  }

  void add_differences(const schema::Schema& one, const schema::Schema& other,
                       std::vector<Contradiction>& found) const {
    if (one == other) return;
    Names names;
    for (const Placed& placed : first_) {
      for (const auto& [name, table] : one.tables) {
        if (subjects(placed.operation()).count(text::lower(name)) != 0) names.insert(name);
      }
    }
    bool is_told = false;
    for (const std::string& name : names) {
      const schema::Table* a = one.find_table(name);
      const schema::Table* b = other.find_table(name);
      if (a != nullptr && b != nullptr && *a == *b) continue;
      const std::size_t before = found.size();
      if (a != nullptr && b != nullptr) {
        for (const schema::Column& column : a->columns) {
          const schema::Column* same = b->find_column(column.name);
          if (same == nullptr || !(*same == column)) add_difference(name, column.name, found);
        }
      }
      if (found.size() == before) add_difference(name, {}, found);
      is_told = true;
    }
    if (is_told) return;
    for (const Placed& placed : first_) {
      for (const Placed& candidate : second_) {
        if (!have_common(placed.operation(), candidate.operation())) continue;
        add({placed.described(), candidate.described(), true, "what both concern"}, found);
        return;
      }
    }
  }

  const Graph& graph_;
  const std::vector<ops::Operation>& resolution_;
  IdList a_;
  IdList b_;
  std::vector<Placed> first_;
  std::vector<Placed> second_;
  schema::Schema start_;
};

bool is_plain_sql(const Placed& one) {
  return std::holds_alternative<ops::Execute>(one.operation());
}

/// For each operation what it concerns; of plain SQL what that names, and what its `state` says.
std::vector<Names> named_by_each(const std::vector<Placed>& operations) {
  std::vector<Names> list;
  for (const Placed& one : operations) {
    list.push_back(subjects(one.operation()));
    if (const auto* execute = std::get_if<ops::Execute>(&one.operation())) {
      for (const std::string& name : ops::tables_in(execute->sql)) list.back().insert(name);
    }
  }
  return list;
}

}  // namespace

std::vector<Contradiction> contradictions(const Graph& graph, const std::vector<std::string>& heads,
                                          const std::vector<ops::Operation>& resolution) {
  std::vector<Contradiction> found;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    for (std::size_t j = i + 1; j < heads.size(); ++j) {
      for (Contradiction& one : Branches(graph, heads[i], heads[j], resolution).find()) {
        found.push_back(std::move(one));
      }
    }
  }
  return found;
}

std::vector<Diagnostic> uncompared_sql(const Graph& graph, const std::vector<std::string>& heads) {
  constexpr std::size_t kMaxShown = 10;
  std::vector<Diagnostic> list;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    for (std::size_t j = i + 1; j < heads.size(); ++j) {
      const auto [a, b] = graph.sides(heads[i], heads[j]);
      const std::vector<Placed> ours = operations_of(graph, a);
      const std::vector<Placed> theirs = operations_of(graph, b);
      const std::vector<Names> names_of_theirs = named_by_each(theirs);
      const std::vector<Names> names_of_ours = named_by_each(ours);
      for (std::size_t m = 0; m < ours.size(); ++m) {
        for (std::size_t n = 0; n < theirs.size(); ++n) {
          if (!is_plain_sql(ours[m]) && !is_plain_sql(theirs[n])) continue;
          if (!meet(names_of_ours[m], names_of_theirs[n])) continue;
          if (list.size() == kMaxShown) return list;
          Diagnostic told = ours[m].described();
          told.message +=
              fmt::format("; and {}: both concern one table", to_string(theirs[n].described()));
          told.hint = "make sure that a database may take them in either order";
          list.push_back(std::move(told));
        }
      }
    }
  }
  return list;
}

std::vector<Contradiction> contradictions_within(const Graph& graph,
                                                 const std::vector<std::string>& ids) {
  std::vector<Contradiction> found;
  // Of a long history few are merges: the headers of the others need not be read.
  const Arrangement& arranged = graph.arrangement();
  std::set<std::string_view> merges;
  for (Rank rank = 0; rank < arranged.order.size(); ++rank) {
    if (arranged.parents.of(rank).size() > 1) merges.insert(arranged.order[rank]);
  }
  std::vector<std::string> heads;
  for (const std::string& id : ids) {
    if (graph.is_head(id)) heads.push_back(id);
    if (merges.count(id) == 0) continue;
    for (Contradiction& one : contradictions(graph, graph.parents(id), graph.get(id).upgrade)) {
      found.push_back(std::move(one));
    }
  }
  // `upgrade heads` takes them in any order.
  for (Contradiction& one : contradictions(graph, heads)) found.push_back(std::move(one));
  return found;
}

std::vector<Diagnostic> described(const std::vector<Contradiction>& contradictions) {
  std::vector<Diagnostic> list;
  for (const Contradiction& one : contradictions) {
    list.push_back(one.first);
    Diagnostic second = one.second;
    if (one.can_be_resolved) {
      second.message += fmt::format(
          ": this contradicts the operation above: {} would depend on which of them a database "
          "takes last",
          one.subject);
      second.hint =
          "decide with an operation in the merge revision: `dbmig merge --resolve REV` writes it, "
          "so that the branch of REV wins";
    } else {
      second.message += fmt::format(
          ": this contradicts the operation above: after that one, this one is not possible ({})",
          one.subject);
      second.hint = "take one of the two out of its revision, or let one branch build on the other";
    }
    list.push_back(std::move(second));
  }
  return list;
}

std::vector<ops::Operation> resolution_for(const Graph& graph,
                                           const std::vector<std::string>& heads,
                                           std::string_view winner) {
  std::vector<ops::Operation> resolution;
  for (const std::string& other : heads) {
    if (other == winner) continue;
    const auto [wins, loses] = graph.sides(winner, other);
    for (const Contradiction& one : contradictions(graph, {std::string(winner), other})) {
      if (!one.can_be_resolved) continue;
      // The winner's operation once more: it leads to the same from either order.
      for (const Placed& placed : operations_of(graph, wins)) {
        if (placed.described().message != one.first.message) continue;
        if (std::find(resolution.begin(), resolution.end(), placed.operation()) ==
            resolution.end()) {
          resolution.push_back(placed.operation());
        }
      }
    }
  }
  return resolution;
}

}  // namespace dbmig::history
