#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/identifier.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/alter.hpp"
#include "dialect/mariadb/canonical.hpp"
#include "dialect/mariadb/data.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/foreign_key_names.hpp"
#include "dialect/mariadb/key_types.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/routine.hpp"
#include "ops/apply.hpp"
#include "ops/rename.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using ops::Operation;
using schema::ForeignKey;
using schema::Schema;
using schema::Table;

template <class T>
const T* as(const Operation& operation) {
  return std::get_if<T>(&operation);
}

/// Whether the operation changes a table that stays: what one ALTER TABLE can fold.
bool is_alteration(const Operation& operation) {
  return std::visit(overloaded{[](const ops::AddColumn&) { return true; },
                               [](const ops::DropColumn&) { return true; },
                               [](const ops::AlterColumn&) { return true; },
                               [](const ops::CreateIndex&) { return true; },
                               [](const ops::DropIndex&) { return true; },
                               [](const ops::RenameIndex&) { return true; },
                               [](const ops::CreatePrimaryKey&) { return true; },
                               [](const ops::CreateUniqueConstraint&) { return true; },
                               [](const ops::CreateForeignKey&) { return true; },
                               [](const ops::CreateCheckConstraint&) { return true; },
                               [](const ops::DropConstraint&) { return true; },
                               [](const ops::AlterTable&) { return true; },
                               [](const ops::CreateTable&) { return false; },
                               [](const ops::DropTable&) { return false; },
                               [](const ops::RenameTable&) { return false; },
                               [](const ops::CreateView&) { return false; },
                               [](const ops::DropView&) { return false; },
                               [](const ops::CreateTrigger&) { return false; },
                               [](const ops::DropTrigger&) { return false; },
                               [](const ops::CreateRoutine&) { return false; },
                               [](const ops::DropRoutine&) { return false; },
                               [](const ops::BulkInsert&) { return false; },
                               [](const ops::BulkDelete&) { return false; },
                               [](const ops::Execute&) { return false; }},
                    operation);
}

bool contains(const std::vector<std::string>& columns, const std::string& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// The column that `operation` renames, {from, to}.
std::optional<std::pair<std::string, std::string>> rename_in(const Operation& operation) {
  const auto* alter = as<ops::AlterColumn>(operation);
  if (alter == nullptr || !alter->rename || *alter->rename == alter->name) return std::nullopt;
  return std::pair{alter->name, *alter->rename};
}

class Planner {
 public:
  Planner(const Schema& before, std::span<const Operation> operations, int version)
      : state_(before), operations_(operations), version_(version) {}

  std::vector<Statement> run() {
    std::size_t i = 0;
    while (i < operations_.size()) {
      first_ = i;
      last_ = i;
      if (is_alteration(operations_[i])) {
        last_ = end_of_group(i) - 1;
        alter_group();
      } else if (as<ops::CreateTable>(operations_[i]) != nullptr) {
        last_ = end_of_group(i + 1) - 1;
        create_group();
      } else if (is_replacement(i)) {
        last_ = i + 1;
        replace();
      } else {
        single(operations_[i]);
      }
      i = last_ + 1;
      if (i == operations_.size() || !is_view_change(operations_[i])) drop_views();
      resume_foreign_keys(false);
    }
    resume_foreign_keys(true);
    if (version_ < kForeignKeyNamesPerTable) {
      require_unique_foreign_keys(state_, added_foreign_keys(), version_);
    }
    return std::move(statements_);
  }

 private:
  void emit(std::string sql, bool is_data = false) {
    statements_.push_back({std::move(sql), first_, last_, is_data});
  }

  /// The end of the operations from `begin` on that one ALTER TABLE carries out: same table, and no
  /// column name that changes its owner on the way (swaps, a column added under a dropped name), or
  /// changes its default right after it was added.
  std::size_t end_of_group(std::size_t begin) const {
    if (begin >= operations_.size()) return begin;
    const std::string table(ops::table_of(operations_[first_]));
    std::set<std::string> gone;
    std::set<std::string> added;
    std::size_t end = begin;
    while (end < operations_.size() && is_alteration(operations_[end]) &&
           ops::table_of(operations_[end]) == table) {
      const Operation& operation = operations_[end];
      const auto renamed = rename_in(operation);
      if (renamed && gone.count(folded_identifier(renamed->second)) > 0) break;
      const auto* add = as<ops::AddColumn>(operation);
      if (add != nullptr && gone.count(folded_identifier(add->column.name)) > 0) break;
      // Rows hold what the column was added with: its default, or NULL.
      const auto* alter = as<ops::AlterColumn>(operation);
      if (alter != nullptr && (alter->default_value || alter->nullable) &&
          added.count(folded_identifier(alter->name)) > 0) {
        break;
      }
      if (add != nullptr) added.insert(folded_identifier(add->column.name));
      if (renamed && added.erase(folded_identifier(renamed->first)) > 0) {
        added.insert(folded_identifier(renamed->second));
      }
      if (renamed) gone.insert(folded_identifier(renamed->first));
      if (const auto* dropped = as<ops::DropColumn>(operation)) {
        gone.insert(folded_identifier(dropped->name));
      }
      ++end;
    }
    return end;
  }

  std::set<std::string> added_foreign_keys() const {
    std::set<std::string> names;
    for (const Operation& operation : operations_) {
      if (const auto* key = as<ops::CreateForeignKey>(operation)) {
        names.insert(text::lower(key->foreign_key.name));
      } else if (const auto* create = as<ops::CreateTable>(operation)) {
        for (const ForeignKey& one : create->table.foreign_keys) {
          names.insert(text::lower(one.name));
        }
      }
    }
    return names;
  }

  bool is_here(const std::string& table) const {
    const Table* found = state_.find_table(table);
    return found != nullptr && found->only.value_or(DialectKind::mariadb) == DialectKind::mariadb;
  }

  void apply_group() {
    for (std::size_t i = first_; i <= last_; ++i) {
      state_ = ops::apply(std::move(state_), operations_[i]);
    }
  }

  void create_group() {
    const std::string name = std::get<ops::CreateTable>(operations_[first_]).table.name;
    apply_group();
    if (!is_here(name)) return;
    const Table table = canonical_table(state_.table(name), Form::build);
    emit(create_table(table));
    made_.insert(name);
    std::vector<std::string> clauses;
    for (const schema::Column& column : table.columns) {
      std::string clause = drop_implied_default(column);
      if (!clause.empty()) clauses.push_back(std::move(clause));
    }
    if (!clauses.empty()) emit("ALTER TABLE " + quote(name) + ' ' + text::join(clauses, ", "));
  }

  void alter_group() {
    const std::string name(ops::table_of(operations_[first_]));
    if (!is_here(name)) return apply_group();
    const Table before = state_.table(name);
    TableChange change;
    change.renames = group_renames();
    const auto views = state_.views;
    const auto triggers = state_.triggers;
    change.renames_key_columns = uses_foreign_key(before, change.renames);
    const Table renamed = with_renames(name, change.renames);
    apply_group();
    const Table after = state_.table(name);
    if (before.mariadb.engine != after.mariadb.engine) require_no_foreign_keys(after);
    suspend_foreign_keys(renamed, after);
    for (const schema::Check& check : before.checks) {
      if (before.find_column(check.name) == nullptr && renamed.find_column(check.name) != nullptr) {
        change.table_checks.insert(check.name);
      }
    }
    change.before = without_suspended(canonical_table(renamed));
    change.after = without_suspended(canonical_table(after));
    change.built = canonical_table(after, Form::build);
    change.is_new = made_.count(name) != 0;
    for (std::string& sql : alter_table(change)) emit(std::move(sql));
    refresh_dependents(views, triggers);
    if (before.column_names() != after.column_names()) seen_change_.insert(text::lower(name));
    refresh_star_views();
  }

  /// The renames of the group from the first name to the last.
  std::vector<std::pair<std::string, std::string>> group_renames() const {
    std::vector<std::pair<std::string, std::string>> renames;
    std::set<std::string> added;
    for (std::size_t i = first_; i <= last_; ++i) {
      if (const auto* add = as<ops::AddColumn>(operations_[i])) added.insert(add->column.name);
      const auto* drop = as<ops::DropColumn>(operations_[i]);
      if (drop != nullptr) {
        // Renamed and then dropped: the drop of the old name is all there is to do.
        std::erase_if(renames, [&](const auto& rename) { return rename.second == drop->name; });
      }
      const auto renamed = rename_in(operations_[i]);
      if (!renamed) continue;
      if (added.erase(renamed->first) > 0) {
        added.insert(renamed->second);
        continue;
      }
      const auto earlier = std::find_if(renames.begin(), renames.end(), [&](const auto& rename) {
        return rename.second == renamed->first;
      });
      if (earlier == renames.end()) {
        renames.push_back(*renamed);
      } else {
        earlier->second = renamed->second;
      }
    }
    return renames;
  }

  /// Calls `visit(child, key)` for every foreign key in force that starts or ends at `table`.
  template <class Visit>
  void for_foreign_keys(const std::string& table, const Visit& visit) const {
    for (const auto& [name, child] : state_.tables) {
      if (child.only.value_or(DialectKind::mariadb) != DialectKind::mariadb) continue;
      for (const ForeignKey& key : child.foreign_keys) {
        if (name == table || key.referenced_table == table) visit(child, key);
      }
    }
  }

  bool uses_foreign_key(const Table& table,
                        const std::vector<std::pair<std::string, std::string>>& renames) const {
    bool used = false;
    for_foreign_keys(table.name, [&](const Table& child, const ForeignKey& key) {
      for (const auto& [from, to] : renames) {
        used = used || (child.name == table.name && contains(key.columns, from)) ||
               (key.referenced_table == table.name && contains(key.referenced_columns, from));
      }
    });
    // A key added in this group over a renamed column is no better to the server.
    for (std::size_t i = first_; i <= last_ && !used; ++i) {
      used = !renames.empty() && as<ops::CreateForeignKey>(operations_[i]) != nullptr;
    }
    return used;
  }

  /// Only InnoDB has foreign keys: a table at either end of one keeps its engine (error 1217).
  void require_no_foreign_keys(const Table& table) const {
    const std::string& engine = table.mariadb.engine;
    if (engine.empty() || text::equals_ignoring_case(engine, "innodb")) return;
    for_foreign_keys(table.name, [&](const Table& child, const ForeignKey& key) {
      throw Error(ErrorCode::failed,
                  fmt::format("table '{}' is to have the engine {}, which has no foreign keys, and "
                              "foreign key '{}' of table '{}' {} it",
                              table.name, engine, key.name, child.name,
                              key.referenced_table == table.name ? "refers to" : "leaves"))
          .hint("drop the foreign key before this operation");
    });
  }

  /// The table with its columns renamed as `ops::apply` does it, its SQL text too.
  Table with_renames(const std::string& name,
                     const std::vector<std::pair<std::string, std::string>>& renames) const {
    if (renames.empty()) return state_.table(name);
    Schema copy = state_;
    for (const auto& [from, to] : renames) {
      ops::AlterColumn rename;
      rename.table = name;
      rename.name = from;
      rename.rename = to;
      copy = ops::apply(std::move(copy), rename);
      // The fold keeps a check's name; one that stands on the column follows the column's.
      for (schema::Check& check : copy.table(name).checks) {
        if (check.name == from) check.name = to;
      }
    }
    return copy.table(name);
  }

  /// MariaDB refuses to change the type of a column at either end of a foreign key: such keys are
  /// dropped before and added again, validated, when both ends fit.
  void suspend_foreign_keys(const Table& renamed, const Table& after) {
    std::set<std::string> changed;
    for (const schema::Column& column : after.columns) {
      const schema::Column* old = renamed.find_column(column.name);
      if (old != nullptr && key_signature(renamed, *old) != key_signature(after, column)) {
        changed.insert(column.name);
      }
    }
    if (changed.empty()) return;
    const auto any = [&](const std::vector<std::string>& columns) {
      return std::any_of(columns.begin(), columns.end(),
                         [&](const std::string& column) { return changed.count(column) > 0; });
    };
    std::vector<std::string> drops;
    for_foreign_keys(after.name, [&](const Table& child, const ForeignKey& key) {
      const bool touched = (child.name == after.name && any(key.columns)) ||
                           (key.referenced_table == after.name && any(key.referenced_columns));
      const bool old = child.name != after.name || renamed.find_foreign_key(key.name) != nullptr;
      if (touched && old && suspended_.emplace(child.name, key.name).second) {
        drops.push_back("ALTER TABLE " + quote(child.name) + " DROP FOREIGN KEY " +
                        quote(key.name));
      }
      // A key that is added here onto a column whose other end has yet to change waits too.
      if (touched && !old && !fits(child, key)) suspended_.emplace(child.name, key.name);
    });
    for (std::string& sql : drops) emit(std::move(sql));
  }

  bool fits(const Table& child, const ForeignKey& key) const {
    const Table* parent = state_.find_table(key.referenced_table);
    if (parent == nullptr && key.external) return true;
    if (parent == nullptr || key.columns.size() != key.referenced_columns.size()) return false;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      const schema::Column* column = child.find_column(key.columns[i]);
      const schema::Column* referenced = parent->find_column(key.referenced_columns[i]);
      if (column == nullptr || referenced == nullptr ||
          !can_reference(child, *column, *parent, *referenced)) {
        return false;
      }
    }
    return true;
  }

  bool is_suspended(const Table& table, const ForeignKey& key) const {
    return suspended_.count({table.name, key.name}) > 0;
  }

  Table without_suspended(Table table) const {
    erase_if(table.foreign_keys, [&](const ForeignKey& key) { return is_suspended(table, key); });
    return table;
  }

  /// Adds suspended keys again: those whose ends fit, or at the end whatever is left.
  void resume_foreign_keys(bool all) {
    if (suspended_.empty()) return;
    std::set<std::pair<std::string, std::string>> waiting;
    for (const auto& [name, child] : state_.tables) {
      for (const ForeignKey& key : child.foreign_keys) {
        if (!is_suspended(child, key)) continue;
        if (!all && !fits(child, key)) {
          waiting.emplace(name, key.name);
          continue;
        }
        const Table canonical = canonical_table(child, Form::build);
        emit("ALTER TABLE " + quote(child.name) + " ADD " +
             foreign_key_definition(*canonical.find_foreign_key(key.name)));
      }
    }
    suspended_ = std::move(waiting);
  }

  /// MariaDB keeps views and triggers as text and does not follow renames; the fold does.
  void refresh_dependents(const schema::SharedMap<std::string, schema::View>& views,
                          const schema::SharedMap<std::string, schema::Trigger>& triggers) {
    for (const auto& [name, view] : state_.views) {
      const auto old = views.find(name);
      if (old != views.end() && !(old->second == view) &&
          view.only.value_or(DialectKind::mariadb) == DialectKind::mariadb) {
        emit(create_view(view, true));
      }
    }
    for (const auto& [name, trigger] : state_.triggers) {
      const auto old = triggers.find(name);
      if (old != triggers.end() && !(old->second == trigger) && is_here(trigger)) {
        emit(create_trigger(trigger, true));
      }
    }
  }

  /// The server replaces `*` by the columns that there are when a view is created. Views that take
  /// all columns of what changed are made again when the run of operations on its table is over:
  /// before, what they name beside the `*` may be missing.
  void refresh_star_views() {
    const std::size_t next = last_ + 1;
    const bool goes_on = next < operations_.size() && is_alteration(operations_[next]) &&
                         seen_change_.count(text::lower(ops::table_of(operations_[next]))) > 0;
    if (goes_on) return;
    std::set<std::string> changed = std::exchange(seen_change_, {});
    std::set<std::string> done;
    for (bool found = !changed.empty(); found;) {
      found = false;
      for (const auto& [name, view] : state_.views) {
        const std::string& sql = view.sql.for_dialect(DialectKind::mariadb);
        const bool depends =
            ops::selects_all(sql, DialectKind::mariadb) || ops::may_mention(view.sql, "natural");
        if (!depends || !is_here(view) || done.count(name) > 0 || goes_later(name)) continue;
        const std::set<std::string> reads = ops::tables_in(view.sql);
        if (std::none_of(reads.begin(), reads.end(),
                         [&](const std::string& table) { return changed.count(table) > 0; })) {
          continue;
        }
        emit(create_view(view, true));
        done.insert(name);
        changed.insert(text::lower(name));
        found = true;
      }
    }
  }

  /// Whether an operation that is still to come drops the view.
  bool goes_later(const std::string& view) const {
    return std::any_of(operations_.begin() + static_cast<std::ptrdiff_t>(last_) + 1,
                       operations_.end(), [&](const Operation& operation) {
                         const auto* drop = as<ops::DropView>(operation);
                         return drop != nullptr && drop->name == view;
                       });
  }

  bool is_here(const schema::Trigger& trigger) const {
    const bool on_view = state_.views.count(trigger.table) > 0;
    return trigger.only.value_or(DialectKind::mariadb) == DialectKind::mariadb &&
           (on_view || is_here(trigger.table));
  }

  bool is_here(const schema::View& view) const {
    return view.only.value_or(DialectKind::mariadb) == DialectKind::mariadb;
  }

  /// Whether operation `i` drops what the next one makes anew: one statement does both, so that
  /// there is no moment without it.
  bool is_replacement(std::size_t i) const {
    if (i + 1 >= operations_.size()) return false;
    const Operation& one = operations_[i];
    const Operation& two = operations_[i + 1];
    if (const auto* drop = as<ops::DropView>(one)) {
      const auto* create = as<ops::CreateView>(two);
      const auto old = state_.views.find(drop->name);
      return create != nullptr && create->view.name == drop->name && is_here(create->view) &&
             old != state_.views.end() && is_here(old->second);
    }
    if (const auto* drop = as<ops::DropTrigger>(one)) {
      const auto* create = as<ops::CreateTrigger>(two);
      const auto old = state_.triggers.find(drop->name);
      return create != nullptr && create->trigger.name == drop->name && is_here(create->trigger) &&
             old != state_.triggers.end() && is_here(old->second) &&
             old->second.table == create->trigger.table;
    }
    if (const auto* drop = as<ops::DropRoutine>(one)) {
      const auto* create = as<ops::CreateRoutine>(two);
      return create != nullptr && create->routine.name == drop->name &&
             create->routine.kind == drop->kind &&
             state_.routines.count({drop->kind, drop->name}) > 0;
    }
    return false;
  }

  static bool is_view_change(const Operation& operation) {
    return as<ops::DropView>(operation) != nullptr || as<ops::CreateView>(operation) != nullptr;
  }

  /// Views of a run of operations go when those that read them have been replaced.
  void drop_views() {
    for (auto& [operation, name] : std::exchange(views_to_drop_, {})) {
      statements_.push_back({"DROP VIEW " + quote(name), operation, operation, false});
    }
  }

  /// Whether the view that operation `i` drops is created again by a later one, and nothing in
  /// between can tell: it then stays until it is replaced, so that readers are not without it.
  bool stays_until_replaced(std::size_t i) const {
    const std::string& name = std::get<ops::DropView>(operations_[i]).name;
    const auto old = state_.views.find(name);
    if (old == state_.views.end() || !is_here(old->second)) return false;
    for (++i; i < operations_.size(); ++i) {
      const Operation& operation = operations_[i];
      if (const auto* create = as<ops::CreateView>(operation)) {
        if (text::equals_ignoring_case(create->view.name, name)) {
          return create->view.name == name && is_here(create->view);
        }
      } else if (const auto* execute = as<ops::Execute>(operation)) {
        if (ops::may_mention(execute->sql, name)) return false;
      } else if (const auto* table = as<ops::CreateTable>(operation)) {
        if (text::equals_ignoring_case(table->table.name, name)) return false;
      } else if (const auto* rename = as<ops::RenameTable>(operation)) {
        if (text::equals_ignoring_case(rename->to, name)) return false;
      }
    }
    return false;
  }

  void replace() {
    const Operation& create = operations_[last_];
    if (const auto* view = as<ops::CreateView>(create)) {
      emit(create_view(view->view, true));
    } else if (const auto* trigger = as<ops::CreateTrigger>(create)) {
      emit(create_trigger(trigger->trigger, true));
    } else if (const auto* routine = as<ops::CreateRoutine>(create)) {
      const schema::Routine& to = routine->routine;
      if (to.kind != schema::RoutineKind::sequence) {
        emit(create_routine(to, true));
      } else {
        for (std::string& sql : alter_sequence(state_.routines.at({to.kind, to.name}), to)) {
          emit(std::move(sql));
        }
      }
    }
    apply_group();
  }

  /// Keys that the database does not have for the moment get the names that the fold gives them.
  void rename_suspended(const ops::RenameTable& op) {
    for (const ForeignKey& key : state_.table(op.name).foreign_keys) {
      if (suspended_.erase({op.name, key.name}) == 0) continue;
      suspended_.emplace(op.to, ops::foreign_key_name(key.name, op.name, op.to));
    }
  }

  /// One operation that is a statement of its own.
  void single(const Operation& operation) {
    const auto views = state_.views;
    const auto triggers = state_.triggers;
    std::visit(
        overloaded{[&](const ops::DropTable& op) {
                     made_.erase(op.name);
                     if (is_here(op.name)) emit("DROP TABLE " + quote(op.name));
                   },
                   [&](const ops::RenameTable& op) {
                     if (!is_here(op.name)) return;
                     emit("RENAME TABLE " + quote(op.name) + " TO " + quote(op.to));
                     if (made_.erase(op.name) != 0) made_.insert(op.to);
                     rename_suspended(op);
                   },
                   [&](const ops::CreateView& op) {
                     const bool replace = staying_.erase(op.view.name) > 0;
                     if (is_here(op.view)) emit(create_view(op.view, replace));
                   },
                   [&](const ops::DropView& op) {
                     if (stays_until_replaced(first_)) {
                       staying_.insert(op.name);
                       return;
                     }
                     const auto view = state_.views.find(op.name);
                     const bool elsewhere =
                         view != state_.views.end() &&
                         view->second.only.value_or(DialectKind::mariadb) != DialectKind::mariadb;
                     if (!elsewhere) views_to_drop_.emplace_back(first_, op.name);
                   },
                   [&](const ops::CreateTrigger& op) {
                     if (is_here(op.trigger)) emit(create_trigger(op.trigger, false));
                   },
                   [&](const ops::CreateRoutine& op) { emit(create_routine(op.routine, false)); },
                   [&](const ops::DropRoutine& op) { emit(drop_routine(op.kind, op.name)); },
                   [&](const ops::DropTrigger& op) {
                     const auto trigger = state_.triggers.find(op.name);
                     const bool elsewhere =
                         trigger != state_.triggers.end() && !is_here(trigger->second);
                     if (!elsewhere) emit("DROP TRIGGER " + quote(op.name));
                   },
                   [&](const ops::BulkInsert& op) {
                     if (!is_here(op.table)) return;
                     for (std::string& sql : insert_rows(op, state_.table(op.table))) {
                       emit(std::move(sql), true);
                     }
                   },
                   [&](const ops::BulkDelete& op) {
                     if (!is_here(op.table)) return;
                     for (std::string& sql : delete_rows(op, state_.table(op.table))) {
                       emit(std::move(sql), true);
                     }
                   },
                   [&](const ops::Execute& op) { execute(op); }, [](const auto&) {}},
        operation);
    const auto* rename = as<ops::RenameTable>(operation);
    const schema::Table before = rename == nullptr ? schema::Table() : state_.table(rename->name);
    state_ = ops::apply(std::move(state_), operation);
    if (rename == nullptr) return;
    if (is_here(rename->to)) rename_keys(before, state_.table(rename->to));
    refresh_dependents(views, triggers);
  }

  /// What the server leaves to do where foreign keys are named after their table: the indexes that
  /// it made for them keep their names, and from 12.1 on the keys too (MDEV-28933: a key's name is
  /// the table's own). No other version reads the clauses in the comment.
  void rename_keys(const Table& before, const Table& after) {
    std::vector<std::string> clauses;
    for (std::size_t i = 0; i < after.foreign_keys.size(); ++i) {
      const std::string& old = before.foreign_keys[i].name;
      if (old == after.foreign_keys[i].name) continue;
      clauses.push_back("DROP FOREIGN KEY " + quote(old));
      clauses.push_back("ADD " + foreign_key_definition(after.foreign_keys[i]));
    }
    if (clauses.empty()) return;
    std::string sql = "ALTER TABLE " + quote(after.name) + ' ';
    const std::vector<std::string> indexes = renamed_indexes(before, after);
    if (!indexes.empty()) sql += text::join(indexes, ", ") + " /*M!120100 , ";
    if (indexes.empty()) sql += "/*M!120100 ";
    emit(sql + text::join(clauses, ", ") + " */");
  }

  static std::vector<std::string> renamed_indexes(const Table& before, const Table& after) {
    const Table was = canonical_table(before, Form::build);
    const Table now = canonical_table(after, Form::build);
    std::vector<std::string> clauses;
    for (const schema::Index& index : was.indexes) {
      if (now.find_index(index.name) != nullptr) continue;
      const auto same =
          std::find_if(now.indexes.begin(), now.indexes.end(), [&](const schema::Index& other) {
            return other.parts == index.parts && was.find_index(other.name) == nullptr;
          });
      if (same == now.indexes.end()) continue;
      clauses.push_back("RENAME KEY " + quote(index.name) + " TO " + quote(same->name));
    }
    return clauses;
  }

  void execute(const ops::Execute& operation) {
    const MariadbDialect dialect;
    for (std::string& sql :
         dialect.split_statements(operation.sql.for_dialect(DialectKind::mariadb))) {
      const bool is_data = is_data_statement(sql);
      emit(std::move(sql), is_data);
    }
  }

  Schema state_;
  std::span<const Operation> operations_;
  int version_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  /// Foreign keys of the fold that the database does not have for the moment.
  std::set<std::pair<std::string, std::string>> suspended_;  ///< {table, name}
  std::set<std::string> made_;                               ///< tables that this plan makes
  /// Tables whose columns changed, which views that take all of them have yet to see; lower case.
  std::set<std::string> seen_change_;
  /// Views that the fold does not have for the moment and the database has.
  std::set<std::string> staying_;
  /// Views that go at the end of a run of operations on views, with the operation of each.
  std::vector<std::pair<std::size_t, std::string>> views_to_drop_;
  std::vector<Statement> statements_;
};

}  // namespace

std::vector<Statement> MariadbDialect::plan(const schema::Schema& before,
                                            std::span<const ops::Operation> operations,
                                            std::span<const DependentObject>) const {
  return Planner(before, operations, version_).run();
}

}  // namespace dbmig::dialect::mariadb
