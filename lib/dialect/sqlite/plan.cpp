#include "dialect/sqlite/plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/direct.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/full_text.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/rebuild.hpp"
#include "dialect/sqlite/render.hpp"
#include "dialect/sqlite/start.hpp"
#include "dialect/sqlite/written.hpp"
#include "ops/alteration.hpp"
#include "ops/apply.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using ops::Operation;
using schema::Schema;
using schema::Table;

bool elsewhere(const std::optional<DialectKind>& only) {
  return only && *only != DialectKind::sqlite;
}

template <class Object>
bool present(const Object& object) {
  return !elsewhere(object.only) && !object.sql.for_dialect(DialectKind::sqlite).empty();
}

class Planner {
 public:
  Planner(Schema start, std::span<const Operation> operations, int version)
      : operations_(operations), version_(version), schema_(std::move(start)) {}

  std::vector<Statement> run() {
    for (at_ = 0; at_ < operations_.size(); ++at_) {
      std::visit([this](const auto& operation) { step(operation); }, operations_[at_]);
      if (!renames_next()) fill_renewed();
    }
    flush();
    return std::move(statements_);
  }

 private:
  // A table that is to be rebuilt once the operations on it end.
  struct Pending {
    std::string table;
    Table physical;  ///< as the database has it
    /// Columns added since, as they were then, by the names they have now.
    std::map<std::string, schema::Column> fresh;
    std::size_t first = 0;  ///< the operation that asked for it
    std::size_t last = 0;
  };

  const Operation& operation() const { return operations_[at_]; }

  void emit(std::string sql, bool is_data = false) {
    statements_.push_back({std::move(sql), at_, at_, is_data});
  }

  void advance() { schema_ = ops::apply(std::move(schema_), operation()); }

  bool is_elsewhere(const std::string& table) const {
    const Table* found = schema_.find_table(table);
    return found != nullptr && elsewhere(found->only);
  }

  // --- whole tables ----------------------------------------------------------------------------

  void step(const ops::CreateTable& create) {
    flush();
    advance();
    if (is_elsewhere(create.table.name)) return;
    const Table table = written_table(schema_.table(create.table.name));
    emit(create_table(table));
    for (const schema::Index& index : table.indexes) emit(create_index(index, table.name));
    fill_full_text(table);
  }

  // A full-text table without text of its own begins with an index of nothing, which would not
  // find the rows that are there, and breaks when they are taken out of it.
  void fill_full_text(const Table& table) {
    const auto content = ops::full_text_content(table.sqlite.module);
    const Table* source = content ? text_source(schema_, *content) : nullptr;
    // A broken one of an adopted database stays one.
    if (source == nullptr || !missing_columns(*source, *content).empty()) return;
    const std::string name = quote_identifier(table.name);
    emit("INSERT INTO " + name + " (" + name + ") VALUES ('rebuild')", true);
  }

  // SQLite does not follow a rename into the arguments of a module, which nothing can alter.
  void renew_full_text(const Schema& before) {
    for (const auto& [name, table] : schema_.tables) {
      const Table* old = before.find_table(name);
      if (old == nullptr || old->sqlite.module == table.sqlite.module || elsewhere(table.only)) {
        continue;
      }
      emit("DROP TABLE " + quote_identifier(name));
      emit(create_table(written_table(table)));
      renewed_.insert(name);
    }
  }

  bool renames_next() const {
    if (at_ + 1 >= operations_.size()) return false;
    const Operation& next = operations_[at_ + 1];
    const auto* alter = std::get_if<ops::AlterColumn>(&next);
    return std::holds_alternative<ops::RenameTable>(next) || (alter != nullptr && alter->rename);
  }

  // Once for all renames that follow each other.
  void fill_renewed() {
    for (const std::string& name : std::exchange(renewed_, {})) {
      if (const Table* table = schema_.find_table(name)) fill_full_text(*table);
    }
  }

  void step(const ops::DropTable& drop) {
    if (pending_ && pending_->table == drop.name) pending_.reset();
    flush();
    if (!is_elsewhere(drop.name)) emit("DROP TABLE " + quote_identifier(drop.name));
    advance();
  }

  void step(const ops::RenameTable& rename) {
    flush();
    if (is_elsewhere(rename.name)) return advance();
    const Schema before = schema_;
    advance();
    if (renewed_.erase(rename.name) != 0) renewed_.insert(rename.to);
    keep_key_names(before.table(rename.name), rename.to);
    std::string from = rename.name;
    around_rename(before, from, {}, [&] {
      if (text::equals_ignoring_case(from, rename.to)) {
        // SQLite sees no difference between the two names and refuses.
        const std::string between = std::string(kRebuildPrefix) + from;
        emit(rename_table(from, between));
        from = between;
      }
      emit(rename_table(from, rename.to));
      renew_full_text(before);
    });
  }

  // SQLite knows nothing of foreign keys that are named after their table: a rebuild writes the
  // names that they have now.
  void keep_key_names(const Table& before, const std::string& name) {
    Table physical = schema_.table(name);
    const Table now = physical;
    physical.sqlite.unnamed = before.sqlite.unnamed;
    for (std::size_t i = 0; i < now.foreign_keys.size(); ++i) {
      physical.foreign_keys[i].name = before.foreign_keys[i].name;
    }
    const Table from = written_table(physical);
    if (from != written_table(now)) pending_ = Pending{name, from, {}, at_, at_};
  }

  static std::string rename_table(const std::string& from, const std::string& to) {
    return "ALTER TABLE " + quote_identifier(from) + " RENAME TO " + quote_identifier(to);
  }

  // SQLite follows a rename into views and triggers, but not always to the same text as the fold:
  // those that mention the name are taken away and come back as the fold has them. So are those
  // that mention all of `already`: on the way back, a view can have its old text already.
  template <class Rename>
  void around_rename(const Schema& before, const std::string& name,
                     const std::vector<std::string>& already, Rename rename) {
    // Views and triggers that use such a view fall with it: SQLite reads them all when it renames.
    std::vector<std::string> names{name};
    const auto uses_one = [&](const std::string& sql) {
      const auto is_in = [&](const std::string& one) { return mentions(sql, one); };
      return std::any_of(names.begin(), names.end(), is_in) ||
             (!already.empty() && std::all_of(already.begin(), already.end(), is_in));
    };
    std::vector<std::string> views;
    for (bool grows = true; grows;) {
      grows = false;
      for (const auto& [view_name, view] : before.views) {
        const bool is_known = std::find(views.begin(), views.end(), view_name) != views.end();
        if (is_known || !present(view) || !uses_one(create_view(view))) continue;
        views.push_back(view_name);
        names.push_back(view_name);
        grows = true;
      }
    }
    std::vector<std::string> triggers;
    for (const auto& [trigger_name, trigger] : before.triggers) {
      const bool falls = std::find(views.begin(), views.end(), trigger.table) != views.end() ||
                         uses_one(create_trigger(trigger));
      if (present(trigger) && !is_elsewhere(trigger.table) && falls) {
        triggers.push_back(trigger_name);
      }
    }
    for (const std::string& trigger : triggers) emit("DROP TRIGGER " + quote_identifier(trigger));
    for (const std::string& view : views) emit("DROP VIEW " + quote_identifier(view));
    rename();
    for (const std::string& view : views) emit(create_view(schema_.views.at(view)));
    for (const std::string& trigger : triggers) {
      emit(create_trigger(schema_.triggers.at(trigger)));
    }
  }

  // --- changes of a table ----------------------------------------------------------------------

  void step(const ops::AddColumn& add) { change_table(add.table, operation()); }
  void step(const ops::DropColumn& drop) { change_table(drop.table, operation()); }
  void step(const ops::CreateIndex& create) { change_table(create.table, operation()); }
  void step(const ops::DropIndex& drop) { change_table(drop.table, operation()); }
  // SQLite has no other way: an index comes back from its rows.
  void step(const ops::RenameIndex& rename) {
    schema::Index index = *schema_.table(rename.table).find_index(rename.name);
    index.name = rename.to;
    change_table(rename.table, ops::DropIndex{rename.table, rename.name});
    change_table(rename.table, ops::CreateIndex{rename.table, std::move(index)});
  }
  void step(const ops::CreatePrimaryKey& create) { change_table(create.table, operation()); }
  void step(const ops::CreateUniqueConstraint& create) { change_table(create.table, operation()); }
  void step(const ops::CreateForeignKey& create) { change_table(create.table, operation()); }
  void step(const ops::CreateCheckConstraint& create) { change_table(create.table, operation()); }
  void step(const ops::DropConstraint& drop) { change_table(drop.table, operation()); }
  void step(const ops::AlterTable& alter) { change_table(alter.table, operation()); }

  // RENAME COLUMN follows the name everywhere, so the rename goes first and the rest works on the
  // new name.
  void step(const ops::AlterColumn& alter) {
    if (!alter.rename || *alter.rename == alter.name) return change_table(alter.table, operation());
    ops::AlterColumn rename;
    rename.table = alter.table;
    rename.name = alter.name;
    rename.rename = alter.rename;
    rename_column(rename);
    ops::AlterColumn rest = alter;
    rest.name = *alter.rename;
    rest.rename.reset();
    if (!ops::is_empty(rest) || rest.position) change_table(alter.table, rest);
  }

  void change_table(const std::string& name, const Operation& change) {
    if (pending_ && pending_->table != name) flush();
    const Table before = schema_.table(name);
    const bool rebuilds = !elsewhere(before.only) && !pending_ && rebuild_ahead(name, change);
    schema_ = ops::apply(std::move(schema_), change);
    if (elsewhere(before.only)) return;
    const Table from = written_table(before);
    const Table to = written_table(schema_.table(name));
    if (!pending_ && !rebuilds) {
      if (from == to) return;
      if (auto sql = direct_statement(change, from, to, version_)) return emit(std::move(*sql));
    }
    if (!pending_) pending_ = Pending{name, from, {}, at_, at_};
    pending_->last = at_;
    if (const auto* add = std::get_if<ops::AddColumn>(&change)) {
      pending_->fresh[add->column.name] = to.column(add->column.name);
    } else if (const auto* drop = std::get_if<ops::DropColumn>(&change)) {
      pending_->fresh.erase(drop->name);
    }
  }

  // Whether one of the operations that follow on the same table takes a rebuild, which can then
  // carry out all of them.
  bool rebuild_ahead(const std::string& name, const Operation& change) const {
    const auto same_table = [&](std::size_t i) {
      return ops::is_alteration(operations_[i]) && ops::table_of(operations_[i]) == name;
    };
    if (at_ + 1 >= operations_.size() || !same_table(at_ + 1)) return false;
    Schema probe = schema_;
    for (std::size_t i = at_; i < operations_.size() && same_table(i); ++i) {
      const Operation& next = i == at_ ? change : operations_[i];
      const Table from = written_table(probe.table(name));
      probe = ops::apply(std::move(probe), next);
      const Table to = written_table(probe.table(name));
      const auto* alter = std::get_if<ops::AlterColumn>(&next);
      if (from == to || (alter != nullptr && is_only_rename(*alter))) continue;
      if (!direct_statement(next, from, to, version_)) return true;
    }
    return false;
  }

  static bool is_only_rename(ops::AlterColumn alter) {
    alter.rename.reset();
    return ops::is_empty(alter) && !alter.position;
  }

  void rename_column(const ops::AlterColumn& rename) {
    const std::string& to = *rename.rename;
    if (pending_ && pending_->table != rename.table) flush();
    if (is_elsewhere(rename.table)) {
      schema_ = ops::apply(std::move(schema_), rename);
      return;
    }
    if (pending_ && pending_->fresh.count(rename.name) != 0) {
      // Not in the database yet.
      schema_ = ops::apply(std::move(schema_), rename);
      auto node = pending_->fresh.extract(rename.name);
      node.key() = to;
      pending_->fresh.insert(std::move(node));
      pending_->last = at_;
      return;
    }
    // A column that is still there, though dropped by an earlier operation, may have the new name.
    if (pending_ && pending_->physical.find_column(to) != nullptr) flush();
    const Schema before = schema_;
    if (pending_) {
      Schema physical = schema_;
      physical.tables[rename.table] = std::move(pending_->physical);
      physical = ops::apply(std::move(physical), rename);
      pending_->physical = std::move(physical.tables[rename.table]);
    }
    schema_ = ops::apply(std::move(schema_), rename);
    constexpr int kRenameColumn = 3025000;
    if (version_ < kRenameColumn) {
      throw Error(ErrorCode::failed, "this SQLite is too old to rename a column")
          .hint("use a library of 3.25 or newer");
    }
    around_rename(before, rename.name, {rename.table, to}, [&] {
      emit("ALTER TABLE " + quote_identifier(rename.table) + " RENAME COLUMN " +
           quote_identifier(rename.name) + " TO " + quote_identifier(to));
      renew_full_text(before);
    });
  }

  void flush() {
    if (!pending_) return;
    Pending pending = std::move(*pending_);
    pending_.reset();
    const Rebuild change{std::move(pending.physical), written_table(schema_.table(pending.table)),
                         pending.fresh};
    if (change.from == change.to && pending.fresh.empty()) return;
    std::vector<schema::Trigger> triggers;
    for (const auto& [name, trigger] : schema_.triggers) {
      if (trigger.table == pending.table && present(trigger)) triggers.push_back(trigger);
    }
    for (std::string& sql : rebuild(change, triggers)) {
      statements_.push_back({std::move(sql), pending.first, pending.last, false});
    }
  }

  // --- views, triggers, rows and plain SQL -----------------------------------------------------

  void step(const ops::CreateView& create) {
    flush();
    advance();
    if (present(create.view)) emit(create_view(create.view));
  }

  void step(const ops::DropView& drop) {
    flush();
    const auto view = schema_.views.find(drop.name);
    const bool here = view != schema_.views.end() && present(view->second);
    advance();
    if (here) emit("DROP VIEW " + quote_identifier(drop.name));
  }

  void step(const ops::CreateTrigger& create) {
    flush();
    advance();
    if (present(create.trigger) && !is_elsewhere(create.trigger.table)) {
      emit(create_trigger(create.trigger));
    }
  }

  void step(const ops::DropTrigger& drop) {
    flush();
    const auto trigger = schema_.triggers.find(drop.name);
    const bool here = trigger != schema_.triggers.end() && present(trigger->second) &&
                      !is_elsewhere(trigger->second.table);
    advance();
    if (here) emit("DROP TRIGGER " + quote_identifier(drop.name));
  }

  // SQLite stores no routines.
  void step(const ops::CreateRoutine&) {
    flush();
    advance();
  }

  void step(const ops::DropRoutine&) {
    flush();
    advance();
  }

  void step(const ops::BulkInsert& rows) {
    flush();
    advance();
    if (is_elsewhere(rows.table)) return;
    for (std::string& sql : insert_rows(rows, schema_.find_table(rows.table))) {
      emit(std::move(sql), true);
    }
  }

  void step(const ops::BulkDelete& rows) {
    flush();
    advance();
    if (is_elsewhere(rows.table)) return;
    for (std::string& sql : delete_rows(rows, schema_.find_table(rows.table))) {
      emit(std::move(sql), true);
    }
  }

  void step(const ops::Execute& execute) {
    flush();
    advance();
    const SqliteDialect dialect;
    for (std::string& sql :
         dialect.split_statements(execute.sql.for_dialect(DialectKind::sqlite))) {
      emit(std::move(sql), true);
    }
  }

  std::span<const Operation> operations_;
  int version_;
  Schema schema_;  ///< after the operations so far
  std::vector<Statement> statements_;
  std::optional<Pending> pending_;
  std::set<std::string> renewed_;  ///< full-text tables whose index is yet to be made
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Statement> make_plan(const Schema& before, std::span<const Operation> operations,
                                 std::span<const DependentObject> dependent_objects, int version) {
  return Planner(start_from(before, dependent_objects), operations, version).run();
}

}  // namespace dbmig::dialect::sqlite
