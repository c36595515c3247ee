#include "diff/diff.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "diff/comparison.hpp"
#include "diff/detected.hpp"
#include "diff/queries.hpp"
#include "diff/table_operations.hpp"
#include "diff/table_order.hpp"

namespace dbmig::diff {
namespace {

using schema::ForeignKey;
using schema::Table;
using Names = std::set<std::string>;

/// Writes the operations down in the order that both databases accept:
///
/// 0. stored functions, procedures and events that go; sequences that come or change
/// 1. triggers and views that go or must be out of the way, views that are replaced before
/// 2. foreign keys and indexes that would be in the way of another table's change
/// 3. tables that go and cannot wait, children first
/// 4. tables renamed
/// 5. tables created or changed, parents first, all that concerns one table together; what is
///    created comes first and what loses columns last, so that values can be copied in between
/// 6. foreign keys that had to wait, because they close a cycle
/// 7. stored functions and procedures, which views and triggers may call
/// 8. views and triggers, what is read first
/// 9. events
/// 10. columns that had to stay for what comes or for a view, tables that go, sequences that go
class Writer {
 public:
  explicit Writer(const Comparison& comparison) : comparison_(comparison) {}

  std::vector<ops::Operation> write() {
    Names late = late_tables(comparison_);
    QueryChanges queries = query_changes(comparison_, late);
    if (!queries.tables_late && !takes_rows(comparison_)) late.clear();
    Names early(comparison_.dropped.begin(), comparison_.dropped.end());
    std::erase_if(early, [&](const std::string& name) { return late.count(name) != 0; });
    losing_late_ = std::move(queries.losing_late);
    using enum schema::RoutineKind;
    drop_routines({event, procedure, function});
    create_routines({sequence});
    std::move(queries.before.begin(), queries.before.end(), std::back_inserter(operations_));
    early_drops();
    drop_tables(early);
    for (const Rename& step : comparison_.table_renames) add(ops::RenameTable{step.from, step.to});
    create_and_change_tables();
    for (ops::CreateForeignKey& waiting : waiting_) add(std::move(waiting));
    create_routines({function, procedure});
    std::move(queries.after.begin(), queries.after.end(), std::back_inserter(operations_));
    create_routines({event});
    for (const std::string& table : losing_late_) {
      std::vector<ops::Operation> drops = late_drops(*comparison_.change_of(table));
      std::move(drops.begin(), drops.end(), std::back_inserter(operations_));
    }
    drop_tables(late);
    drop_routines({sequence});
    return std::move(operations_);
  }

 private:
  void add(ops::Operation operation) { operations_.push_back(std::move(operation)); }

  void drop_routines(std::initializer_list<schema::RoutineKind> kinds) {
    for (const schema::RoutineKind kind : kinds) {
      for (const auto& [key, routine] : comparison_.from.routines) {
        if (key.first == kind && comparison_.to.routines.count(key) == 0) {
          add(ops::DropRoutine{key.first, key.second});
        }
      }
    }
  }

  /// One that changes goes and comes back at once: MariaDB does that in one statement.
  void create_routines(std::initializer_list<schema::RoutineKind> kinds) {
    for (const schema::RoutineKind kind : kinds) {
      for (const auto& [key, routine] : comparison_.to.routines) {
        if (key.first != kind) continue;
        const auto old = comparison_.from.routines.find(key);
        const bool is_there = old != comparison_.from.routines.end();
        if (is_there && old->second == routine) continue;
        if (is_there) add(ops::DropRoutine{key.first, key.second});
        add(ops::CreateRoutine{routine});
      }
    }
  }

  void early_drops() {
    for (const TableChange& change : comparison_.changes) {
      for (const std::string& name : change.early_foreign_keys) {
        add(ops::DropConstraint{change.from, old_key_name(change, name),
                                ops::ConstraintKind::foreign_key});
      }
      for (const std::string& name : change.early_indexes) add(ops::DropIndex{change.from, name});
    }
  }

  /// What the foreign key was called before its table was renamed.
  std::string old_key_name(const TableChange& change, const std::string& name) const {
    const std::vector<ForeignKey>& old = comparison_.from.tables.at(change.from).foreign_keys;
    for (std::size_t i = 0; i < old.size(); ++i) {
      if (change.before->foreign_keys[i].name == name) return old[i].name;
    }
    return name;
  }

  void drop_tables(const Names& tables) {
    std::map<std::string, Names> waits_for;
    for (const std::string& name : tables) waits_for[name];
    for (const std::string& child : tables) {
      for (const ForeignKey& key : comparison_.from.tables.at(child).foreign_keys) {
        const auto parent = waits_for.find(key.referenced_table);
        if (parent != waits_for.end() && parent->first != child) parent->second.insert(child);
      }
    }
    Names left = tables;
    for (const std::string& name : ordered(waits_for)) {
      left.erase(name);
      for (const std::string& child : waits_for.at(name)) {
        if (left.count(child) != 0) cut(child, name);
      }
      add(ops::DropTable{name});
    }
  }

  /// Takes away the foreign keys of `child` that refer to `parent`: both go, and hold each other.
  void cut(const std::string& child, const std::string& parent) {
    for (const ForeignKey& key : comparison_.from.tables.at(child).foreign_keys) {
      if (key.referenced_table != parent) continue;
      add(ops::DropConstraint{child, key.name, ops::ConstraintKind::foreign_key});
    }
  }

  void create_and_change_tables() {
    const std::map<std::string, TableNode> nodes = table_nodes(comparison_);
    std::map<std::string, Names> waits_for;
    std::map<std::string, int> ranks;
    for (const auto& [name, node] : nodes) {
      waits_for.emplace(name, node.parents);
      ranks[name] = node.change == nullptr ? 0 : node.change->dropped.empty() ? 1 : 2;
      if (node.change != nullptr) continue;
      for (const std::string& parent : node.parents) {
        const TableChange* change = nodes.at(parent).change;
        const bool loses = change != nullptr && !change->dropped.empty();
        if (loses && change->can_lose_late()) losing_late_.insert(parent);
      }
    }
    Names done;
    for (const std::string& name : ordered(waits_for, ranks)) {
      const TableNode& node = nodes.at(name);
      Names waiting;
      for (const ForeignKey& key : new_keys(comparison_, name, node)) {
        const std::string& parent = key.referenced_table;
        if (done.count(parent) != 0 || node.parents.count(parent) == 0) continue;
        waiting.insert(key.name);
        waiting_.push_back({name, key});
      }
      write_node(name, node, waiting);
      done.insert(name);
    }
  }

  void write_node(const std::string& name, const TableNode& node, const Names& waiting) {
    if (node.change != nullptr) {
      std::vector<ops::Operation> own = table_operations(
          *node.change, waiting, losing_late_.count(name) != 0 ? DropTime::late : DropTime::early);
      std::move(own.begin(), own.end(), std::back_inserter(operations_));
      return;
    }
    Table table = comparison_.to.tables.at(name);
    erase_if(table.foreign_keys,
             [&](const ForeignKey& key) { return waiting.count(key.name) != 0; });
    add(ops::CreateTable{std::move(table)});
  }

  const Comparison& comparison_;
  std::vector<ops::Operation> operations_;
  std::vector<ops::CreateForeignKey> waiting_;
  Names losing_late_;  ///< tables whose columns go at the end
};

}  // namespace

Difference diff(const schema::Schema& from, const schema::Schema& to,
                const schema::RenameHints& hints) {
  Difference difference;
  if (from == to) return difference;
  const Comparison comparison(from, to, hints);
  difference.operations = Writer(comparison).write();
  difference.detected = detected(comparison);
  difference.suspected = suspected_renames(comparison);
  return difference;
}

}  // namespace dbmig::diff
