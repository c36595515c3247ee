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
#include "dialect/mariadb/plan_groups.hpp"
#include "dialect/mariadb/render.hpp"
#include "dialect/mariadb/routine.hpp"
#include "dialect/mariadb/star_views.hpp"
#include "dialect/mariadb/suspended_foreign_keys.hpp"
#include "ops/alteration.hpp"
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

bool contains(const std::vector<std::string>& columns, const std::string& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
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
      if (ops::is_alteration(operations_[i])) {
        last_ = end_of_group(operations_, i, i) - 1;
        alter_group();
      } else if (as<ops::CreateTable>(operations_[i]) != nullptr) {
        last_ = end_of_group(operations_, i, i + 1) - 1;
        create_group();
      } else if (is_replacement(i)) {
        last_ = i + 1;
        replace();
      } else {
        single(operations_[i]);
      }
      i = last_ + 1;
      if (i == operations_.size() || !is_view_change(operations_[i])) drop_views();
      emit_all(suspended_.resume(state_, false));
    }
    emit_all(suspended_.resume(state_, true));
    if (version_ < kForeignKeyNamesPerTable) {
      require_unique_foreign_keys(state_, added_foreign_keys(), version_);
    }
    return std::move(statements_);
  }

 private:
  void emit(std::string sql, bool is_data = false) {
    statements_.push_back({std::move(sql), first_, last_, is_data});
  }

  void emit_all(std::vector<std::string> statements) {
    for (std::string& sql : statements) emit(std::move(sql));
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
    change.renames = group_renames(operations_.subspan(first_, last_ - first_ + 1));
    const auto views = state_.views;
    const auto triggers = state_.triggers;
    change.renames_key_columns = uses_foreign_key(before, change.renames);
    const Table renamed = with_renames(name, change.renames);
    apply_group();
    const Table after = state_.table(name);
    if (before.mariadb.engine != after.mariadb.engine) require_no_foreign_keys(state_, after);
    emit_all(suspended_.suspend(state_, renamed, after));
    for (const schema::Check& check : before.checks) {
      if (before.find_column(check.name) == nullptr && renamed.find_column(check.name) != nullptr) {
        change.table_checks.insert(check.name);
      }
    }
    change.before = suspended_.without(canonical_table(renamed));
    change.after = suspended_.without(canonical_table(after));
    change.built = canonical_table(after, Form::build);
    change.is_new = made_.count(name) != 0;
    for (std::string& sql : alter_table(change)) emit(std::move(sql));
    refresh_dependents(views, triggers);
    if (before.column_names() != after.column_names()) seen_change_.insert(text::lower(name));
    refresh_star_views();
  }

  bool uses_foreign_key(const Table& table,
                        const std::vector<std::pair<std::string, std::string>>& renames) const {
    bool used = false;
    for_foreign_keys(state_, table.name, [&](const Table& child, const ForeignKey& key) {
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
    const bool goes_on = next < operations_.size() && ops::is_alteration(operations_[next]) &&
                         seen_change_.count(text::lower(ops::table_of(operations_[next]))) > 0;
    if (goes_on) return;
    const std::vector<std::string> views =
        star_views_over(state_, std::exchange(seen_change_, {}),
                        [this](const std::string& view) { return goes_later(view); });
    for (const std::string& view : views) emit(create_view(state_.views.at(view), true));
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
                     suspended_.rename(state_, op);
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
    if (is_here(rename->to)) emit_all(rename_keys(before, state_.table(rename->to)));
    refresh_dependents(views, triggers);
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
  SuspendedForeignKeys suspended_;
  std::set<std::string> made_;  ///< tables that this plan makes
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
