#include "diff/diff.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "diff/comparison.hpp"
#include "diff/detected.hpp"
#include "diff/queries.hpp"
#include "diff/table_operations.hpp"

namespace dbmig::diff {
namespace {

using schema::ForeignKey;
using schema::Table;
using Names = std::set<std::string>;

/// Writes the operations down in the order that both databases accept:
///
/// 0. stored functions, procedures and events that go; sequences that come or change
/// 1. triggers and views that go or must be out of the way
/// 2. foreign keys and indexes that would be in the way of another table's change
/// 3. tables that go, children first
/// 4. tables renamed
/// 5. tables created or changed, parents first, all that concerns one table together
/// 6. foreign keys that had to wait, because they close a cycle
/// 7. stored functions and procedures, which views and triggers may call
/// 8. views and triggers, what is read first
/// 9. events, and sequences that go
class Writer {
 public:
  explicit Writer(const Comparison& comparison) : comparison_(comparison) {}

  std::vector<ops::Operation> write() {
    QueryChanges queries = query_changes(comparison_);
    using enum schema::RoutineKind;
    drop_routines({event, procedure, function});
    create_routines({sequence});
    std::move(queries.before.begin(), queries.before.end(), std::back_inserter(operations_));
    early_drops();
    drop_tables();
    for (const Rename& step : comparison_.table_renames) add(ops::RenameTable{step.from, step.to});
    create_and_change_tables();
    for (ops::CreateForeignKey& waiting : waiting_) add(std::move(waiting));
    create_routines({function, procedure});
    std::move(queries.after.begin(), queries.after.end(), std::back_inserter(operations_));
    create_routines({event});
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
        add(ops::DropConstraint{change.from, name, ops::ConstraintKind::foreign_key});
      }
      for (const std::string& name : change.early_indexes) add(ops::DropIndex{change.from, name});
    }
  }

  void drop_tables() {
    Names left(comparison_.dropped.begin(), comparison_.dropped.end());
    // The foreign keys among the tables that go, but those to themselves: child → parent.
    const auto is_parent = [&](const std::string& name) {
      return std::any_of(left.begin(), left.end(), [&](const std::string& other) {
        return other != name && refers(other, name);
      });
    };
    while (!left.empty()) {
      auto next = std::find_if_not(left.begin(), left.end(), is_parent);
      if (next == left.end()) {
        next = left.begin();
        for (const std::string& other : left) cut(other, *next);
      }
      add(ops::DropTable{*next});
      left.erase(next);
    }
  }

  bool refers(const std::string& child, const std::string& parent) const {
    const std::vector<ForeignKey>& keys = comparison_.from.tables.at(child).foreign_keys;
    return std::any_of(keys.begin(), keys.end(), [&](const ForeignKey& key) {
      return key.referenced_table == parent && cut_.count({child, key.name}) == 0;
    });
  }

  /// Takes away the foreign keys of `child` that refer to `parent`: both go, and hold each other.
  void cut(const std::string& child, const std::string& parent) {
    if (child == parent) return;
    for (const ForeignKey& key : comparison_.from.tables.at(child).foreign_keys) {
      if (key.referenced_table != parent || !cut_.insert({child, key.name}).second) continue;
      add(ops::DropConstraint{child, key.name, ops::ConstraintKind::foreign_key});
    }
  }

  /// A table to be created or changed, and the other such tables that its new foreign keys need.
  struct Node {
    const TableChange* change = nullptr;  ///< null: it is created
    Names parents;
  };

  std::map<std::string, Node> nodes() const {
    std::map<std::string, Node> nodes;
    for (const std::string& name : comparison_.added) nodes[name];
    for (const TableChange& change : comparison_.changes) {
      if (!change.empty()) nodes[change.to].change = &change;
    }
    // A virtual table may be about any other: it comes when they are there.
    const auto is_virtual = [&](const std::string& name) {
      return !comparison_.to.tables.at(name).sqlite.module.empty();
    };
    for (auto& [name, node] : nodes) {
      if (is_virtual(name)) {
        for (const auto& [other, unused] : nodes) {
          if (!is_virtual(other)) node.parents.insert(other);
        }
      }
      for (const ForeignKey& key : new_keys(name, node)) {
        if (key.referenced_table != name && nodes.count(key.referenced_table) != 0) {
          node.parents.insert(key.referenced_table);
        }
      }
    }
    return nodes;
  }

  /// The foreign keys that have to be created for a node.
  std::vector<ForeignKey> new_keys(const std::string& name, const Node& node) const {
    if (node.change == nullptr) return comparison_.to.tables.at(name).foreign_keys;
    std::vector<ForeignKey> keys;
    for (const std::string& key : node.change->foreign_keys.create) {
      keys.push_back(*node.change->after->find_foreign_key(key));
    }
    return keys;
  }

  void create_and_change_tables() {
    std::map<std::string, Node> left = nodes();
    while (!left.empty()) {
      const auto unmet = [&](const Node& node) {
        return std::count_if(node.parents.begin(), node.parents.end(),
                             [&](const std::string& parent) { return left.count(parent) != 0; });
      };
      // Where there is a cycle, the table that misses the least goes first.
      auto next = left.begin();
      auto fewest = unmet(next->second);
      for (auto node = std::next(left.begin()); node != left.end() && fewest > 0; ++node) {
        const auto missing = unmet(node->second);
        if (missing < fewest) {
          next = node;
          fewest = missing;
        }
      }
      Names waiting;
      for (const ForeignKey& key : new_keys(next->first, next->second)) {
        if (key.referenced_table == next->first || left.count(key.referenced_table) == 0) continue;
        waiting.insert(key.name);
        waiting_.push_back({next->first, key});
      }
      write_node(next->first, next->second, waiting);
      left.erase(next);
    }
  }

  void write_node(const std::string& name, const Node& node, const Names& waiting) {
    if (node.change != nullptr) {
      std::vector<ops::Operation> own = table_operations(*node.change, waiting);
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
  std::set<std::pair<std::string, std::string>> cut_;
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
