#include "diff/table_operations.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "diff/column_order.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::diff {
namespace {

using ops::ConstraintKind;
using schema::Column;
using schema::Table;

/// Whether the expression of a generated column uses another column.
bool uses(const Table& table, const Column& column, const std::string& other) {
  return column.generated && column.name != other &&
         ops::mentions_column(column.generated->sql,
                              {other, {text::lower(table.name)}, true, false});
}

/// `names` with every generated column behind the columns of `names` that it is computed of.
std::vector<std::string> by_dependency(const Table& table, std::vector<std::string> names) {
  std::vector<std::string> ordered;
  while (!names.empty()) {
    auto next = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      const Column* column = table.find_column(name);
      return std::none_of(names.begin(), names.end(),
                          [&](const std::string& other) { return uses(table, *column, other); });
    });
    // Columns that are computed of each other are a mistake that the database reports.
    if (next == names.end()) next = names.begin();
    ordered.push_back(std::move(*next));
    names.erase(next);
  }
  return ordered;
}

class TableWriter {
 public:
  TableWriter(const TableChange& change, const std::set<std::string>& deferred, DropTime losing)
      : change_(change),
        before_(*change.before),
        after_(*change.after),
        deferred_(deferred),
        losing_(losing) {}

  std::vector<ops::Operation> lose() {
    drop_columns(late());
    return std::move(operations_);
  }

  std::vector<ops::Operation> write() {
    // SQLite's WITHOUT ROWID needs the new primary key, and AUTOINCREMENT has to be gone.
    const bool options_last = after_.sqlite.without_rowid && !before_.sqlite.without_rowid;
    // A period that comes is of columns that may be new, and keys that come may be over it; one
    // that goes is of columns that may go.
    const bool is_other_period = before_.mariadb.period != after_.mariadb.period;
    const bool period_comes = after_.mariadb.period && is_other_period;
    const bool options_first = !options_last && !period_comes;
    if (change_.options && options_first) options();
    if (before_.mariadb.period && is_other_period && !options_first) drop_period();
    drop_keys();
    columns();
    if (change_.options && period_comes && !options_last) options();
    create_keys();
    if (change_.options && options_last) options();
    for (const std::string& name : change_.foreign_keys.create) {
      if (deferred_.count(name) == 0) {
        add(ops::CreateForeignKey{change_.to, *after_.find_foreign_key(name)});
      }
    }
    return std::move(operations_);
  }

 private:
  void add(ops::Operation operation) { operations_.push_back(std::move(operation)); }

  void options() {
    ops::AlterTable alter;
    alter.table = change_.to;
    if (before_.comment != after_.comment) alter.comment = after_.comment;
    if (before_.mariadb != after_.mariadb) alter.mariadb = after_.mariadb;
    if (before_.sqlite != after_.sqlite) alter.sqlite = after_.sqlite;
    add(std::move(alter));
  }

  void drop_period() {
    ops::AlterTable alter;
    alter.table = change_.to;
    alter.mariadb = before_.mariadb;
    alter.mariadb->period.reset();
    add(std::move(alter));
  }

  void drop_keys() {
    const std::string& table = change_.to;
    for (const std::string& name : change_.foreign_keys.drop) {
      if (change_.early_foreign_keys.count(name) == 0) {
        add(ops::DropConstraint{table, name, ConstraintKind::foreign_key});
      }
    }
    for (const std::string& name : change_.checks.drop) {
      add(ops::DropConstraint{table, name, ConstraintKind::check});
    }
    for (const std::string& name : change_.indexes.drop) {
      if (change_.early_indexes.count(name) == 0) add(ops::DropIndex{table, name});
    }
    for (const Rename& rename : change_.renamed_indexes) {
      add(ops::RenameIndex{table, rename.from, rename.to});
    }
    for (const std::string& name : change_.uniques.drop) {
      add(ops::DropConstraint{table, name, ConstraintKind::unique});
    }
  }

  void drop_primary_key() {
    if (!change_.drop_primary_key) return;
    add(ops::DropConstraint{change_.to, before_.primary_key->name, ConstraintKind::primary_key});
  }

  void create_keys() {
    const std::string& table = change_.to;
    if (change_.create_primary_key) add(ops::CreatePrimaryKey{table, *after_.primary_key});
    for (const std::string& name : change_.uniques.create) {
      add(ops::CreateUniqueConstraint{table, *after_.find_unique(name)});
    }
    for (const std::string& name : change_.indexes.create) {
      add(ops::CreateIndex{table, *after_.find_index(name)});
    }
    for (const std::string& name : change_.checks.create) {
      add(ops::CreateCheckConstraint{table, *after_.find_check(name)});
    }
  }

  /// Renames and plain changes first, then what is added, then what is computed of all that, then
  /// what goes: so a table never runs out of columns, and nothing that goes is still in use.
  ///
  /// What is about the primary key and AUTO_INCREMENT comes last, side by side: MariaDB wants such
  /// a column to be a key at every moment, and one ALTER TABLE cannot take a name that an operation
  /// before it set free, so that the run of operations may be cut where a name is used again.
  void columns() {
    renames();
    for (const ops::AlterColumn& alter : change_.alters) {
      if (before_.column(alter.name).generated && !after_.column(alter.name).generated) add(alter);
    }
    const std::set<std::string> early = dropped_early();
    const bool key_goes_early =
        before_.primary_key && intersects(before_.primary_key->columns, early);
    if (key_goes_early) drop_primary_key();
    drop_columns(early);
    alters(false);

    std::vector<std::string> now;
    for (const Column& column : before_.columns) {
      const bool again = change_.readded.count(column.name) != 0;
      if (!again && early.count(column.name) == 0) now.push_back(column.name);
    }
    ColumnOrder order(now, after_.column_names());
    add_plain(order, false);
    const std::set<std::string> readded = plain_readded();
    const bool key_goes_now =
        !key_goes_early && before_.primary_key && intersects(before_.primary_key->columns, readded);
    if (key_goes_now) drop_primary_key();
    drop_columns(readded);
    compute(order);

    if (!key_goes_early && !key_goes_now) drop_primary_key();
    alters(true);
    add_plain(order, true);
    if (losing_ == DropTime::early) drop_columns(late());
    for (const std::string& name : order.movers()) {
      ops::AlterColumn move;
      move.table = change_.to;
      move.name = name;
      move.position = order.move(name);
      add(std::move(move));
    }
  }

  bool is_new(const Column& column) const {
    return change_.added.count(column.name) != 0 || change_.readded.count(column.name) != 0;
  }

  static bool intersects(const std::vector<std::string>& names, const std::set<std::string>& set) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return set.count(name) != 0; });
  }

  /// The new columns that are not computed, with or without those that count by themselves.
  void add_plain(ColumnOrder& order, bool autoincrement) {
    for (const Column& column : after_.columns) {
      if (!is_new(column) || column.generated || column.autoincrement != autoincrement) continue;
      add(ops::AddColumn{change_.to, column, order.add(column.name)});
    }
  }

  /// The generated columns that are new or changed.
  void compute(ColumnOrder& order) {
    std::vector<std::string> computed;
    for (const Column& column : after_.columns) {
      const bool to_do = is_new(column) || alter_of(column.name) != nullptr;
      if (column.generated && to_do) computed.push_back(column.name);
    }
    for (const std::string& name : by_dependency(after_, std::move(computed))) {
      if (const ops::AlterColumn* alter = alter_of(name)) {
        add(*alter);
      } else {
        add(ops::AddColumn{change_.to, after_.column(name), order.add(name)});
      }
    }
  }

  /// Each rename takes the column's other changes along, so that it is one operation to read and to
  /// carry out.
  void renames() {
    for (const Rename& rename : change_.renamed_columns) {
      const ops::AlterColumn* alter = alter_of(rename.to);
      ops::AlterColumn renaming;
      if (alter != nullptr && goes_with_rename(*alter)) renaming = *alter;
      renaming.table = change_.to;
      renaming.name = rename.from;
      renaming.rename = rename.to;
      add(std::move(renaming));
    }
  }

  /// The changes of columns that are not computed: those of AUTO_INCREMENT, or all others.
  void alters(bool autoincrement) {
    std::vector<const ops::AlterColumn*> chosen;
    for (const ops::AlterColumn& alter : change_.alters) {
      if (!is_plain(alter) || alter.autoincrement.has_value() != autoincrement) continue;
      if (!is_renamed(alter.name) || !goes_with_rename(alter)) chosen.push_back(&alter);
    }
    // A table has one autoincrement column at most.
    std::stable_partition(chosen.begin(), chosen.end(), [](const ops::AlterColumn* alter) {
      return alter->autoincrement == std::optional(false);
    });
    for (const ops::AlterColumn* alter : chosen) add(*alter);
  }

  bool goes_with_rename(const ops::AlterColumn& alter) const {
    return is_plain(alter) && !alter.autoincrement;
  }

  /// The plain columns that become generated by being made anew. They go when all that is added is
  /// there, so that the table keeps a column.
  std::set<std::string> plain_readded() const {
    std::set<std::string> plain = change_.readded;
    std::erase_if(
        plain, [&](const std::string& name) { return before_.column(name).generated.has_value(); });
    return plain;
  }

  /// The generated columns that are made anew, and those that go and are computed of what is.
  std::set<std::string> dropped_early() const {
    std::set<std::string> gone = change_.readded;
    for (bool found = !gone.empty(); found;) {
      found = false;
      for (const std::string& name : change_.dropped) {
        const Column& column = before_.column(name);
        const bool on_gone = std::any_of(gone.begin(), gone.end(), [&](const std::string& other) {
          return uses(before_, column, other);
        });
        if (on_gone && gone.insert(name).second) found = true;
      }
    }
    for (const std::string& name : plain_readded()) gone.erase(name);
    return gone;
  }

  std::set<std::string> late() const {
    const std::set<std::string> early = dropped_early();
    std::set<std::string> names = change_.dropped;
    std::erase_if(names, [&](const std::string& name) { return early.count(name) != 0; });
    return names;
  }

  void drop_columns(const std::set<std::string>& names) {
    std::vector<std::string> ordered;
    for (const Column& column : before_.columns) {
      if (names.count(column.name) != 0) ordered.push_back(column.name);
    }
    ordered = by_dependency(before_, std::move(ordered));
    std::stable_partition(ordered.begin(), ordered.end(), [&](const std::string& name) {
      return !before_.column(name).generated.has_value();
    });
    for (auto name = ordered.rbegin(); name != ordered.rend(); ++name) {
      add(ops::DropColumn{change_.to, *name});
    }
  }

  const ops::AlterColumn* alter_of(const std::string& column) const {
    const auto found =
        std::find_if(change_.alters.begin(), change_.alters.end(),
                     [&](const ops::AlterColumn& alter) { return alter.name == column; });
    return found == change_.alters.end() ? nullptr : &*found;
  }

  /// Neither before nor after computed of other columns.
  bool is_plain(const ops::AlterColumn& alter) const {
    return !before_.column(alter.name).generated && !after_.column(alter.name).generated;
  }

  bool is_renamed(const std::string& column) const {
    return std::any_of(change_.renamed_columns.begin(), change_.renamed_columns.end(),
                       [&](const Rename& rename) { return rename.to == column; });
  }

  const TableChange& change_;
  const Table& before_;
  const Table& after_;
  const std::set<std::string>& deferred_;
  DropTime losing_;
  std::vector<ops::Operation> operations_;
};

}  // namespace

std::vector<ops::Operation> table_operations(const TableChange& change,
                                             const std::set<std::string>& deferred,
                                             DropTime losing) {
  return TableWriter(change, deferred, losing).write();
}

std::vector<ops::Operation> late_drops(const TableChange& change) {
  return TableWriter(change, {}, DropTime::late).lose();
}

}  // namespace dbmig::diff
