#include "run/questions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "dialect/sqlite/misfits.hpp"
#include "dialect/sqlite/types.hpp"
#include "ops/evolve.hpp"
#include "run/live_tables.hpp"

namespace dbmig::run {
namespace {

using schema::Column;
using schema::Table;

constexpr int kExamples = 3;

class Asker {
 public:
  Asker(const dialect::Dialect& dialect, const schema::Schema& before, bool is_downgrade)
      : dialect_(dialect),
        before_(before),
        schema_(before),
        is_downgrade_(is_downgrade),
        live_(dialect, before) {}

  std::vector<Question> run(std::span<const ops::Operation> operations) {
    for (at_ = 0; at_ < operations.size() && !live_.is_blind(); ++at_) {
      std::visit([this](const auto& operation) { ask(operation); }, operations[at_]);
      live_.follow(operations[at_], schema_);
      schema_ = ops::evolve(std::move(schema_), operations[at_]);
    }
    return std::move(questions_);
  }

 private:
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  /// The columns that tell one row from another, and those that are spoken of.
  std::vector<std::string> shown(const std::string& table, const LiveTable& live,
                                 const std::vector<std::string>& columns) const {
    std::vector<std::string> all;
    const Table* found = schema_.find_table(table);
    if (found != nullptr && found->primary_key && live.knows(found->primary_key->columns)) {
      all = found->primary_key->columns;
    }
    for (const std::string& column : columns) {
      if (std::find(all.begin(), all.end(), column) == all.end()) all.push_back(column);
    }
    return all;
  }

  /// Rows of `table` for which `condition` holds.
  void ask_rows(const std::string& table, const std::string& condition,
                const std::vector<std::string>& columns, std::string obstacle, std::string hint) {
    const LiveTable* source = live_.find(table);
    if (source == nullptr || !source->knows(columns)) return;
    const std::string from = fmt::format(" FROM {}{}", live_.relation(table, table),
                                         condition.empty() ? "" : " WHERE " + condition);
    const std::vector<std::string> labels = shown(table, *source, columns);
    std::vector<std::string> select;
    for (const std::string& label : labels) select.push_back(quoted(label));
    if (select.empty()) select.emplace_back("NULL");
    questions_.push_back(
        {at_, source->name, std::move(obstacle), std::move(hint), "SELECT COUNT(*)" + from,
         fmt::format("SELECT {}{} LIMIT {}", text::join(select, ", "), from, kExamples), labels,
         condition.empty()});
  }

  /// Rows that are equal in all of `keys` (SQL), where none of them is NULL.
  void ask_duplicates(const std::string& table, const std::vector<std::string>& labels,
                      const std::vector<std::string>& keys, const std::string& where,
                      std::string obstacle) {
    const LiveTable* source = live_.find(table);
    if (source == nullptr || keys.empty()) return;
    std::vector<std::string> conditions;
    for (const std::string& key : keys) conditions.push_back(key + " IS NOT NULL");
    if (!where.empty()) conditions.push_back('(' + where + ')');
    const std::string groups = fmt::format(" FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1",
                                           live_.relation(table, table),
                                           text::join(conditions, " AND "), text::join(keys, ", "));
    questions_.push_back(
        {at_, source->name, std::move(obstacle),
         hint(table, labels, "change or delete all but one of each, or leave the key out"),
         fmt::format("SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n{}) AS d", groups),
         fmt::format("SELECT {}{} LIMIT {}", text::join(keys, ", "), groups, kExamples), labels,
         false});
  }

  static bool is_fresh(const LiveTable& live, const std::vector<std::string>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return live.fresh.count(column) != 0; });
  }

  /// What to do about rows in the way, which is something else where a column of the table came
  /// back without its values.
  std::string hint(const std::string& table, const std::vector<std::string>& columns,
                   std::string otherwise) const {
    const LiveTable* source = live_.find(table);
    if (!is_downgrade_ || source == nullptr) return otherwise;
    for (const std::string& column : columns) {
      if (source->fresh.count(column) == 0) continue;
      return fmt::format(
          "column '{}.{}' comes back without its values and is the same in every row: write the "
          "revision's downgrade so that it fills it (add_column as nullable, execute, alter_column "
          "to NOT NULL), or delete these rows",
          table, column);
    }
    return otherwise;
  }

  /// Whether the table had this constraint before the operations, so that every row obeys it.
  template <class Same>
  bool had(const std::string& table, Same same) const {
    const LiveTable* source = live_.find(table);
    const Table* old = source == nullptr ? nullptr : before_.find_table(source->name);
    return old != nullptr && same(*old);
  }

  void ask_unique(const std::string& table, const std::vector<std::string>& columns,
                  const std::string& what) {
    const auto same = [&](const Table& old) {
      const auto equal = [&](const auto& key) { return key.columns == columns; };
      return std::any_of(old.uniques.begin(), old.uniques.end(), equal) ||
             (old.primary_key && equal(*old.primary_key));
    };
    const LiveTable* source = live_.find(table);
    if (source == nullptr || !source->knows(columns)) return;
    if (!is_fresh(*source, columns) && had(table, same)) return;
    std::vector<std::string> keys;
    for (const std::string& column : columns) keys.push_back(quoted(column));
    ask_duplicates(table, columns, keys, "",
                   fmt::format("{} is to be unique over ({}), and they are the same there", what,
                               text::join(columns, ", ")));
  }

  template <class Operation>
  void ask(const Operation&) {}

  void ask(const ops::AddColumn& add) {
    const Column& column = add.column;
    if (is_downgrade_ || column.nullable || column.default_value || column.generated ||
        column.autoincrement) {
      return;
    }
    ask_rows(add.table, "", {},
             fmt::format("column '{}.{}' is NOT NULL without a default, and they would have no "
                         "value there",
                         add.table, column.name),
             "give it a default, or add it as nullable, fill it with execute, and make it NOT NULL "
             "after that");
  }

  void ask(const ops::AlterColumn& alter) {
    const Table* table = schema_.find_table(alter.table);
    const Column* from = table == nullptr ? nullptr : table->find_column(alter.name);
    if (from == nullptr) return;
    const Column to = ops::changed(*from, alter);
    if (from->generated || to.generated) return;
    const std::string name = fmt::format("{}.{}", alter.table, alter.name);
    if ((from->nullable && !to.nullable) || loses_null_key(*table, *from, to)) {
      ask_rows(alter.table, quoted(alter.name) + " IS NULL", {alter.name},
               fmt::format("column '{}' is to be NOT NULL, and they hold NULL there", name),
               "fill them first, for example with an execute before this operation");
    }
    const schema::Type& old_type = from->type_on(dialect_.kind());
    const schema::Type& new_type = to.type_on(dialect_.kind());
    if (old_type == new_type && !becomes_rowid(*table, *from, to)) return;
    if (old_type != new_type) {
      ask_fits(alter.table, alter.name, new_type,
               dialect_.misfits(quoted(alter.name), old_type, new_type));
    }
    if (is_strict(*table) || becomes_rowid(*table, *from, to)) {
      ask_fits(alter.table, alter.name, new_type,
               dialect::sqlite::strict_misfits(quoted(alter.name), new_type));
    }
  }

  /// Which holds whole numbers and nothing else.
  bool becomes_rowid(const Table& table, const Column& from, const Column& to) const {
    return dialect_.kind() == DialectKind::sqlite && !dialect::sqlite::is_rowid(table, from) &&
           dialect::sqlite::is_rowid(table, to);
  }

  bool is_strict(const Table& table) const {
    return dialect_.kind() == DialectKind::sqlite && table.sqlite.strict;
  }

  void ask_fits(const std::string& table, const std::string& column, const schema::Type& type,
                const std::string& misfits) {
    if (misfits.empty()) return;
    ask_rows(table, misfits, {column},
             fmt::format("column '{}.{}' is to be {}, which cannot hold what they have there",
                         table, column, schema::to_string(type)),
             "change these values first, or choose a type that holds them");
  }

  /// A table that becomes STRICT takes no value of another type any more.
  void ask(const ops::AlterTable& alter) {
    const Table* table = schema_.find_table(alter.table);
    const bool becomes_strict = table != nullptr && !is_strict(*table) &&
                                dialect_.kind() == DialectKind::sqlite && alter.sqlite &&
                                alter.sqlite->strict;
    if (!becomes_strict) return;
    for (const Column& column : table->columns) {
      if (column.generated) continue;
      const schema::Type& type = column.type_on(dialect_.kind());
      ask_fits(alter.table, column.name, type,
               dialect::sqlite::strict_misfits(quoted(column.name), type));
    }
  }

  /// SQLite lets a key hold NULL that says so, but not the rowid: it would give such rows numbers.
  bool loses_null_key(const Table& table, const Column& from, const Column& to) const {
    return dialect_.kind() == DialectKind::sqlite && table.in_primary_key(from.name) &&
           from.sqlite.null_key && !dialect::sqlite::is_rowid(table, from) &&
           (!to.sqlite.null_key || dialect::sqlite::is_rowid(table, to));
  }

  void ask(const ops::CreateUniqueConstraint& create) {
    ask_unique(create.table, create.unique.columns,
               fmt::format("constraint '{}'", create.unique.name));
  }

  void ask(const ops::CreatePrimaryKey& create) {
    const Table* table = schema_.find_table(create.table);
    for (const std::string& name : create.key.columns) {
      const Column* column = table == nullptr ? nullptr : table->find_column(name);
      if (column == nullptr || !column->nullable) continue;
      ask_rows(create.table, quoted(name) + " IS NULL", {name},
               fmt::format("column '{}.{}' is to be in the primary key, and they hold NULL there",
                           create.table, name),
               "fill them first, for example with an execute before this operation");
    }
    ask_unique(create.table, create.key.columns, "the primary key");
    if (table != nullptr && create.key.columns.size() == 1) ask_rowid(*table, create.key);
  }

  void ask_rowid(Table table, const schema::PrimaryKey& key) {
    table.primary_key = key;
    const Column* column = table.find_column(key.columns.front());
    const bool is_rowid = dialect_.kind() == DialectKind::sqlite && column != nullptr &&
                          dialect::sqlite::is_rowid(table, *column);
    if (!is_rowid) return;
    const schema::Type& type = column->type_on(dialect_.kind());
    ask_fits(table.name, column->name, type,
             dialect::sqlite::strict_misfits(quoted(column->name), type));
  }

  void ask(const ops::CreateIndex& create) {
    const schema::Index& index = create.index;
    const auto same = [&](const Table& old) {
      return std::any_of(old.indexes.begin(), old.indexes.end(), [&](const schema::Index& other) {
        return other.unique && other.parts == index.parts && other.where == index.where;
      });
    };
    if (!index.unique || had(create.table, same)) return;
    std::vector<std::string> labels;
    std::vector<std::string> keys;
    for (const schema::IndexPart& part : index.parts) {
      labels.push_back(part.column.empty() ? part.expression : part.column);
      std::string key = part.column.empty() ? '(' + part.expression + ')' : quoted(part.column);
      const bool on_mariadb = dialect_.kind() == DialectKind::mariadb;
      if (part.length > 0 && on_mariadb) key = fmt::format("LEFT({}, {})", key, part.length);
      if (!part.collation.empty() && !on_mariadb) key += " COLLATE " + quoted(part.collation);
      keys.push_back(std::move(key));
    }
    ask_duplicates(create.table, labels, keys, index.where.for_dialect(dialect_.kind()),
                   fmt::format("index '{}' is to be unique over ({}), and they are the same there",
                               index.name, text::join(labels, ", ")));
  }

  void ask(const ops::CreateCheckConstraint& create) {
    const std::string& sql = create.check.sql.for_dialect(dialect_.kind());
    const auto same = [&](const Table& old) {
      return std::any_of(old.checks.begin(), old.checks.end(), [&](const schema::Check& check) {
        return check.sql.for_dialect(dialect_.kind()) == sql;
      });
    };
    if (sql.empty() || had(create.table, same)) return;
    ask_rows(
        create.table, "NOT (" + sql + ")", {},
        fmt::format("check '{}' wants {}, which they do not fulfil", create.check.name, sql),
        hint(create.table, mentioned(create.table, sql), "change these rows first, or the check"));
  }

  /// Columns that came back to the table and may stand in `sql`.
  std::vector<std::string> mentioned(const std::string& table, const std::string& sql) const {
    std::vector<std::string> columns;
    const LiveTable* source = live_.find(table);
    if (source == nullptr) return columns;
    std::copy_if(source->fresh.begin(), source->fresh.end(), std::back_inserter(columns),
                 [&](const std::string& column) { return sql.find(column) != std::string::npos; });
    return columns;
  }

  void ask(const ops::CreateForeignKey& create) {
    const schema::ForeignKey& key = create.foreign_key;
    const auto same = [&](const Table& old) {
      return std::any_of(
          old.foreign_keys.begin(), old.foreign_keys.end(), [&](const schema::ForeignKey& other) {
            return other.columns == key.columns && other.referenced_table == key.referenced_table &&
                   other.referenced_columns == key.referenced_columns;
          });
    };
    const LiveTable* child = live_.find(create.table);
    if (child == nullptr || !child->knows(key.columns)) return;
    if (!is_fresh(*child, key.columns) && had(create.table, same)) return;
    std::vector<std::string> conditions;
    for (const std::string& column : key.columns) {
      conditions.push_back(fmt::format("{}.{} IS NOT NULL", quoted(create.table), quoted(column)));
    }
    if (!live_.is_created(key.referenced_table)) {
      const LiveTable* parent = live_.find(key.referenced_table);
      if (parent == nullptr || !parent->knows(key.referenced_columns)) return;
      const std::string alias = "dbmig_parent";
      std::vector<std::string> matches;
      for (std::size_t i = 0; i < key.columns.size(); ++i) {
        matches.push_back(fmt::format("{}.{} = {}.{}", alias, quoted(key.referenced_columns[i]),
                                      quoted(create.table), quoted(key.columns[i])));
      }
      conditions.push_back(fmt::format("NOT EXISTS (SELECT 1 FROM {} WHERE {})",
                                       live_.relation(key.referenced_table, alias),
                                       text::join(matches, " AND ")));
    }
    ask_rows(create.table, text::join(conditions, " AND "), key.columns,
             fmt::format("foreign key '{}' refers to '{}', which has no row for them", key.name,
                         key.referenced_table),
             hint(create.table, key.columns,
                  "add the missing parents, or change or delete these rows first"));
  }

  const dialect::Dialect& dialect_;
  const schema::Schema& before_;
  schema::Schema schema_;
  bool is_downgrade_;
  LiveTables live_;
  std::size_t at_ = 0;
  std::vector<Question> questions_;
};

}  // namespace

namespace {

/// Most revisions of a long history only create: they cost no copy of the schema.
bool depends_on_rows(const ops::Operation& operation) {
  using namespace ops;
  if (const auto* add = std::get_if<AddColumn>(&operation)) return !add->column.nullable;
  if (const auto* index = std::get_if<CreateIndex>(&operation)) return index->index.unique;
  if (const auto* alter = std::get_if<AlterTable>(&operation)) return alter->sqlite.has_value();
  return std::holds_alternative<AlterColumn>(operation) ||
         std::holds_alternative<CreatePrimaryKey>(operation) ||
         std::holds_alternative<CreateUniqueConstraint>(operation) ||
         std::holds_alternative<CreateCheckConstraint>(operation) ||
         std::holds_alternative<CreateForeignKey>(operation);
}

}  // namespace

std::vector<Question> questions(const dialect::Dialect& dialect, const schema::Schema& before,
                                std::span<const ops::Operation> operations, bool is_downgrade) {
  if (std::none_of(operations.begin(), operations.end(), depends_on_rows)) return {};
  return Asker(dialect, before, is_downgrade).run(operations);
}

}  // namespace dbmig::run
