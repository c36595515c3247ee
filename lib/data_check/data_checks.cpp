#include "data_check/data_checks.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "data_check/check_writer.hpp"
#include "data_check/new_column.hpp"
#include "data_check/script_checks.hpp"
#include "dialect/row_rules.hpp"
#include "dialect/row_storage.hpp"
#include "ops/apply.hpp"
#include "schema/external.hpp"

namespace dbmig::data_check {
namespace {

using schema::Column;
using schema::Table;

const char* const kFillFirst = "fill them first, for example with an execute before this operation";

bool changes_rows(const ops::Operation& operation) {
  return std::holds_alternative<ops::Execute>(operation) ||
         std::holds_alternative<ops::BulkInsert>(operation) ||
         std::holds_alternative<ops::BulkDelete>(operation);
}

/// Decides what is to be asked for each operation.
class CheckPlanner {
 public:
  CheckPlanner(const dialect::Dialect& dialect, const schema::Schema& before, bool is_downgrade,
               schema::MariadbTable defaults)
      : writer_(dialect, before, is_downgrade, std::move(defaults)), is_downgrade_(is_downgrade) {}

  std::vector<DataCheck> run(std::span<const ops::Operation> operations) {
    for (const ops::Operation& operation : operations) {
      if (live().is_blind()) break;
      to_come_ = operations.subspan(writer_.at() + 1);
      if (changes_rows(operation)) ask_kept();
      std::visit([this](const auto& one) { ask(one); }, operation);
      writer_.follow(operation);
    }
    if (!live().is_blind()) ask_kept();
    return writer_.take();
  }

 private:
  const Provenance& live() const { return writer_.live(); }
  const Table* find(const std::string& table) const { return writer_.schema().find_table(table); }
  DialectKind kind() const { return writer_.dialect().kind(); }
  const dialect::RowRules& rules() const { return writer_.rules(); }

  static bool is_fresh(const TableProvenance& live, const std::vector<std::string>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return live.fresh.count(column) != 0; });
  }

  /// Whether the table had this constraint before the operations, so that every row obeys it.
  template <class Same>
  bool had(const std::string& table, Same same) const {
    const TableProvenance* source = live().find(table);
    const Table* old = source == nullptr ? nullptr : writer_.before().find_table(source->name);
    return old != nullptr && same(*old);
  }

  /// Whether values in `columns` become others, or compare otherwise, on the way.
  bool are_changed(const std::string& table, const std::vector<std::string>& columns) const {
    const TableProvenance* source = live().find(table);
    return source != nullptr && source->changed_at(columns);
  }

  /// The table had this constraint over the same values.
  template <class Same>
  bool is_as_before(const std::string& table, const std::vector<std::string>& columns,
                    Same same) const {
    const TableProvenance* source = live().find(table);
    return source != nullptr && !is_fresh(*source, columns) && !are_changed(table, columns) &&
           had(table, same);
  }

  template <class Constraint>
  void ask_unique(const std::string& table, const Constraint& constraint) {
    const auto same = [&](const Table& old) {
      const auto equal = [&](const auto& key) {
        return key.columns == constraint.columns && key.parts == constraint.parts &&
               (constraint.without_overlaps || !key.without_overlaps);
      };
      return std::any_of(old.uniques.begin(), old.uniques.end(), equal) ||
             (old.primary_key && equal(*old.primary_key));
    };
    if (is_as_before(table, constraint.columns, same)) return;
    if (constraint.without_overlaps) {
      writer_.ask_overlaps(table, writer_.key_of(table, constraint));
      return;
    }
    writer_.ask_duplicates(table, writer_.key_of(table, constraint));
  }

  template <class Operation>
  void ask(const Operation&) {}

  void ask(const ops::AddColumn& add) {
    const Column& column = add.column;
    const Table* table = find(add.table);
    if (table == nullptr) return;
    writer_.ask_computed(*table, column);
    ask_default(*table, column);
    if (is_downgrade_ || has_own_value(*table, column, to_come_, kind())) return;
    writer_.ask_rows(
        Concern::no_value, add.table, {},
        fmt::format("column '{}.{}' is NOT NULL without a default, and they would have no value "
                    "there",
                    add.table, column.name),
        "give it a default, or add it as nullable, fill it with execute, and make it NOT NULL "
        "after that");
  }

  /// What fills the rows must be of the column's type in some tables, while without rows nobody
  /// looks at it.
  void ask_default(const Table& table, const Column& column) {
    if (!rules().refuses_other_types(table) || !column.default_value || column.generated) return;
    const auto literal = filling(live(), *column.default_value, kind());
    if (!literal) return;
    const schema::Type& type = column.type_on(kind());
    const std::string invalid_casts =
        rules().of_another_type(rules().stored(*literal, {table, column}).value, type);
    if (invalid_casts.empty()) return;
    writer_.ask_rows(Concern::invalid_cast, table.name, {invalid_casts, {}, {}, Use::values, {}},
                     fmt::format("column '{}.{}' is to be {}, which cannot hold the default {} "
                                 "that they would have there",
                                 table.name, column.name, schema::to_string(type), *literal),
                     "change the default, or choose a type that holds it");
  }

  void ask_nulls(const std::string& table, const std::string& column, const char* what) {
    writer_.ask_rows(
        Concern::null, table,
        {writer_.column(column) + " IS NULL", {column}, {column}, Use::values, {}},
        fmt::format("column '{}.{}' is to be {}, and they hold NULL there", table, column, what),
        kFillFirst);
  }

  void ask(const ops::AlterColumn& alter) {
    const Table* table = find(alter.table);
    const Column* from = table == nullptr ? nullptr : table->find_column(alter.name);
    if (from == nullptr) return;
    const Column to = ops::changed(*from, alter);
    if (to.generated) {
      ask_computed(*table, *from, to);
      return;
    }
    if (rules().loses_null({*table, *from}, {*table, to})) {
      ask_nulls(alter.table, alter.name, "NOT NULL");
    }
    ask_letters({*table, *from}, {*table, to});
    const schema::Type& old_type = from->type_on(kind());
    const schema::Type& new_type = to.type_on(kind());
    const std::string value = writer_.column(alter.name);
    ask_fits(alter.table, alter.name, new_type,
             live().invalid_casts(value, {*table, *from}, {*table, to}));
    if (old_type == new_type && !becomes_rowid(*table, *from, to)) return;
    if (rules().refuses_other_types(*table) || becomes_rowid(*table, *from, to)) {
      ask_fits(alter.table, alter.name, new_type, rules().of_another_type(value, new_type));
    }
  }

  void ask_computed(const Table& table, const Column& from, const Column& to) {
    const bool is_same = from.generated && from.generated->sql == to.generated->sql;
    const bool is_kept =
        is_same && (to.nullable || !from.nullable) && from.type_on(kind()) == to.type_on(kind());
    if (!is_kept) writer_.ask_computed(table, to);
  }

  /// Characters that the new character set of a column does not have.
  void ask_letters(const dialect::ColumnOf& from, const dialect::ColumnOf& to) {
    const std::string& table = from.table.name;
    const std::string& name = from.column.name;
    const auto after = live().conversion(writer_.column(name), from, to);
    if (!after || after->unwritable.empty()) return;
    const std::string& own = to.column.mariadb.charset;
    const std::string& inherited = to.table.mariadb.charset;
    writer_.ask_rows(
        Concern::invalid_cast, table, {after->unwritable, {name}, {name}, Use::values, {}},
        fmt::format("column '{}.{}' is to be in character set {}, which does not have all of their "
                    "characters",
                    table, name, own.empty() ? inherited : own),
        "change these values first, or choose a character set that has their characters");
  }

  /// Which holds whole numbers and nothing else.
  bool becomes_rowid(const Table& table, const Column& from, const Column& to) const {
    return !dialect::is_rowid(kind(), table, from) && dialect::is_rowid(kind(), table, to);
  }

  void ask_fits(const std::string& table, const std::string& column, const schema::Type& type,
                const std::string& invalid_casts) {
    if (invalid_casts.empty()) return;
    writer_.ask_rows(Concern::invalid_cast, table,
                     {invalid_casts, {column}, {column}, Use::values, {}},
                     fmt::format("column '{}.{}' is to be {}, which cannot hold the values there",
                                 table, column, schema::to_string(type)),
                     "change these values first, or choose a type that holds them");
  }

  void ask(const ops::AlterTable& alter) {
    const Table* table = find(alter.table);
    if (table == nullptr) return;
    Table after = *table;
    if (alter.mariadb) after.mariadb = *alter.mariadb;
    if (alter.sqlite) after.sqlite = *alter.sqlite;
    for (const Column& column : table->columns) {
      if (column.generated) continue;
      ask_letters({*table, column}, {after, column});
      ask_fits(
          alter.table, column.name, column.type_on(kind()),
          live().invalid_casts(writer_.column(column.name), {*table, column}, {after, column}));
    }
    ask_partitions(*table, after);
    ask_period(*table, after);
    if (rules().refuses_other_types(after) && !rules().refuses_other_types(*table)) {
      ask_types(*table);
    }
  }

  /// A period ends after it begins.
  void ask_period(const Table& table, const Table& after) {
    const auto period = rules().period(after);
    if (!period || period == rules().period(table)) return;
    const std::vector<std::string> used{period->start, period->end};
    writer_.ask_rows(
        Concern::check, table.name,
        {fmt::format("NOT ({} < {})", writer_.column(period->start), writer_.column(period->end)),
         used,
         used,
         Use::values,
         {}},
        fmt::format("period '{}' of table '{}' would not begin before it ends", period->name,
                    table.name),
        "change or delete these rows first");
  }

  void ask_partitions(const Table& table, const Table& after) {
    const auto outside = rules().outside_partitions(table, after);
    if (!outside) return;
    const std::vector<std::string> used = writer_.mentioned(table.name, *outside);
    if (!live().is_expressible(table.name, used)) return;
    writer_.ask_rows(Concern::invalid_cast, table.name,
                     {live().expression(table.name, *outside), used, used, Use::expressions, {}},
                     "none of the new partitions takes them",
                     "add a partition for them, as one of VALUES LESS THAN MAXVALUE or DEFAULT, or "
                     "delete these rows first");
  }

  /// The table takes no value of another type any more.
  void ask_types(const Table& table) {
    for (const Column& column : table.columns) {
      if (column.generated && !column.generated->stored) continue;
      const schema::Type& type = column.type_on(kind());
      ask_fits(table.name, column.name, type,
               rules().of_another_type(writer_.column(column.name), type));
    }
  }

  void ask(const ops::CreateUniqueConstraint& create) { ask_unique(create.table, create.unique); }

  void ask(const ops::CreatePrimaryKey& create) {
    const Table* table = find(create.table);
    if (table != nullptr && is_new_rowid(*table, create.key)) return;
    for (const std::string& name : create.key.columns) {
      const Column* column = table == nullptr ? nullptr : table->find_column(name);
      if (column != nullptr && column->nullable) {
        ask_nulls(create.table, name, "in the primary key");
      }
    }
    ask_unique(create.table, create.key);
    if (table != nullptr && create.key.columns.size() == 1) ask_rowid(*table, create.key);
  }

  /// The database numbers the rows.
  bool is_new_rowid(Table table, const schema::PrimaryKey& key) const {
    const TableProvenance* source = live().find(table.name);
    if (source == nullptr) return false;
    table.primary_key = key;
    return std::any_of(table.columns.begin(), table.columns.end(), [&](const Column& column) {
      return source->fresh.count(column.name) != 0 &&
             is_rowid_in_the_end(table, column, to_come_, kind());
    });
  }

  void ask_rowid(Table table, const schema::PrimaryKey& key) {
    table.primary_key = key;
    const Column* column = table.find_column(key.columns.front());
    if (column == nullptr || !dialect::is_rowid(kind(), table, *column)) return;
    const schema::Type& type = column->type_on(kind());
    ask_fits(table.name, column->name, type,
             rules().of_another_type(writer_.column(column->name), type));
  }

  void ask(const ops::CreateIndex& create) {
    const schema::Index& index = create.index;
    const auto same = [&](const Table& old) {
      return std::any_of(old.indexes.begin(), old.indexes.end(), [&](const schema::Index& other) {
        return other.unique && other.parts == index.parts && other.where == index.where;
      });
    };
    if (!index.unique) return;
    const UniqueKey key = writer_.key_of(create.table, index);
    if (!is_as_before(create.table, key.used, same)) writer_.ask_duplicates(create.table, key);
  }

  void ask(const ops::CreateCheckConstraint& create) {
    const std::string& sql = create.check.sql.for_dialect(kind());
    const auto same = [&](const Table& old) {
      return std::any_of(old.checks.begin(), old.checks.end(), [&](const schema::Check& check) {
        return check.sql.for_dialect(kind()) == sql;
      });
    };
    const std::vector<std::string> used = writer_.mentioned(create.table, sql);
    if (!is_as_before(create.table, used, same)) writer_.ask_check(create.table, create.check);
  }

  void ask(const ops::CreateForeignKey& create) {
    const schema::ForeignKey& key = create.foreign_key;
    const auto same = [&](const Table& old) { return find_same(old, key) != nullptr; };
    const bool same_parents = !are_changed(key.referenced_table, key.referenced_columns);
    if (same_parents && is_as_before(create.table, key.columns, same)) return;
    writer_.ask_foreign_key(create.table, key);
  }

  /// Keys, checks and foreign keys that stay, over columns whose values are changed: what they say
  /// of the rows in the end. Between the operations they may not hold, which is no matter where
  /// one statement carries out several.
  void ask_kept() {
    for (const auto& [name, table] : writer_.schema().tables) {
      const TableProvenance* source = live().find(name);
      if (source == nullptr) continue;
      ask_kept_keys(table, *source);
      ask_kept_checks(table, *source);
      ask_kept_computed(table, *source);
      if (rules().rewrites_tables()) ask_kept_references(table, *source);
    }
  }

  void ask_kept_keys(const Table& table, const TableProvenance& source) {
    const auto ask_again = [&](const UniqueKey& key) {
      writer_.ask_again(table.name, key, source.changed_at(key.used));
    };
    if (table.primary_key && !table.primary_key->without_overlaps) {
      ask_again(writer_.key_of(table.name, *table.primary_key));
    }
    for (const schema::Unique& unique : table.uniques) {
      if (unique.without_overlaps) continue;
      ask_again(writer_.key_of(table.name, unique));
    }
    for (const schema::Index& index : table.indexes) {
      if (index.unique) ask_again(writer_.key_of(table.name, index));
    }
  }

  void ask_kept_checks(const Table& table, const TableProvenance& source) {
    for (const schema::Check& check : table.checks) {
      const auto used = writer_.mentioned(table.name, check.sql.for_dialect(kind()));
      const bool is_rewritten = rules().rewrites_tables() || source.is_retyped(used);
      if (is_rewritten) writer_.ask_again(table.name, check, source.changed_at(used));
    }
  }

  void ask_kept_computed(const Table& table, const TableProvenance& source) {
    for (const Column& column : table.columns) {
      if (!column.generated) continue;
      const auto used = writer_.mentioned(table.name, column.generated->sql.for_dialect(kind()));
      writer_.ask_again(table, column, source.changed_at(used));
    }
  }

  void ask_kept_references(const Table& table, const TableProvenance& source) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      const TableProvenance* parent = live().find(key.referenced_table);
      auto changed = source.changed_at(key.columns);
      if (parent != nullptr) {
        changed = std::max(changed, parent->changed_at(key.referenced_columns));
      }
      writer_.ask_again(table.name, key, changed);
    }
  }

  CheckWriter writer_;
  bool is_downgrade_;
  std::span<const ops::Operation> to_come_;
};

/// What tables take that name no character set.
schema::MariadbTable default_of(backend::Connection& connection) {
  schema::MariadbTable out;
  const std::string sql = dialect::row_rules(connection.dialect().kind()).default_charset_query();
  if (sql.empty()) return out;
  const backend::Rows found = connection.query(sql);
  out.charset = found.rows.at(0).at(0).value_or("");
  out.collation = found.rows.at(0).at(1).value_or("");
  return out;
}

/// Most revisions of a long history only create: they cost no copy of the schema.
bool depends_on_rows(const ops::Operation& operation) {
  using namespace ops;
  if (const auto* add = std::get_if<AddColumn>(&operation)) {
    return !add->column.nullable || add->column.default_value || add->column.generated;
  }
  if (const auto* index = std::get_if<CreateIndex>(&operation)) return index->index.unique;
  if (const auto* alter = std::get_if<AlterTable>(&operation))
    return alter->sqlite || alter->mariadb;
  return std::holds_alternative<AlterColumn>(operation) ||
         std::holds_alternative<CreatePrimaryKey>(operation) ||
         std::holds_alternative<CreateUniqueConstraint>(operation) ||
         std::holds_alternative<CreateCheckConstraint>(operation) ||
         std::holds_alternative<CreateForeignKey>(operation);
}

bool refers_elsewhere(const ops::Operation& operation) {
  const auto* create = std::get_if<ops::CreateForeignKey>(&operation);
  return create != nullptr && create->foreign_key.external;
}

/// `before` with the tables that new foreign keys refer to and others manage, as far as the keys
/// say what they are.
schema::Schema with_external(schema::Schema before, std::span<const ops::Operation> operations) {
  for (auto& [name, table] : schema::external_tables(ops::apply(before, operations))) {
    before.tables.emplace(name, std::move(table));
  }
  return before;
}

template <class Default>
std::vector<DataCheck> checks_of(const dialect::Dialect& dialect, const schema::Schema& before,
                                 std::span<const ops::Operation> operations, bool is_downgrade,
                                 Default default_charset) {
  if (std::none_of(operations.begin(), operations.end(), depends_on_rows)) return {};
  if (std::any_of(operations.begin(), operations.end(), refers_elsewhere)) {
    const schema::Schema all = with_external(before, operations);
    return CheckPlanner(dialect, all, is_downgrade, default_charset()).run(operations);
  }
  return CheckPlanner(dialect, before, is_downgrade, default_charset()).run(operations);
}

}  // namespace

std::vector<DataCheck> data_checks(backend::Connection& connection, const schema::Schema& before,
                                   std::span<const ops::Operation> operations, bool is_downgrade) {
  return checks_of(connection.dialect(), before, operations, is_downgrade,
                   [&] { return default_of(connection); });
}

std::vector<DataCheck> script_checks(const dialect::Dialect& dialect, const schema::Schema& before,
                                     std::span<const ops::Operation> operations,
                                     bool is_downgrade) {
  return checks_of(dialect, before, operations, is_downgrade,
                   [] { return schema::MariadbTable(); });
}

}  // namespace dbmig::data_check
