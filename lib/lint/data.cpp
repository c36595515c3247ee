#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "lint/rules.hpp"
#include "schema/charset.hpp"

// DD: what existing rows can make fail. Tables that the revision makes itself have none, rows that
// an execute of it tended are taken for mended, and what rows had to obey before they obey now.

namespace dbmig::lint {
namespace {

using ops::RiskKind;
using Names = std::vector<std::string>;

Issues adds_not_null(const Step& step) {
  const auto* add = step.as<ops::AddColumn>();
  if (add == nullptr || step.past.is_empty(add->table)) return {};
  return risk_issues(step, RiskKind::adds_not_null,
                     "give it a default, or add it as nullable, fill it with execute and make it "
                     "NOT NULL after that");
}

Issues makes_not_null(const Step& step) {
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || step.past.is_empty(alter->table)) return {};
  if (step.past.tended(alter->table, {alter->name})) return {};
  return risk_issues(step, RiskKind::makes_not_null, "fill them first, with an execute before it");
}

bool includes(const Names& all, const Names& some) {
  return std::all_of(some.begin(), some.end(), [&](const std::string& name) {
    return std::find(all.begin(), all.end(), name) != all.end();
  });
}

/// Whether the rows were unique over some of `columns`, by a key that is there or was there.
bool was_unique(const Step& step, const std::string& table, const Names& columns) {
  const auto covers = [&](const auto& key) { return includes(columns, key.columns); };
  for (const schema::Constraint& constraint : step.past.dropped(table)) {
    if (const auto* key = std::get_if<schema::PrimaryKey>(&constraint); key && covers(*key)) {
      return true;
    }
    if (const auto* key = std::get_if<schema::Unique>(&constraint); key && covers(*key)) {
      return true;
    }
  }
  const schema::Table* old = step.before.find_table(table);
  if (old == nullptr) return false;
  if (old->primary_key && covers(*old->primary_key)) return true;
  if (std::any_of(old->uniques.begin(), old->uniques.end(), covers)) return true;
  return std::any_of(old->indexes.begin(), old->indexes.end(), [&](const schema::Index& index) {
    return index.unique && index.where.empty() && !index.parts.empty() &&
           std::all_of(index.parts.begin(), index.parts.end(), [&](const schema::IndexPart& part) {
             return part.length == 0 && !part.column.empty() && includes(columns, {part.column});
           });
  });
}

/// A column that this revision added without giving it values: NULL in every row.
bool has_null_column(const Step& step, const std::string& table, const Names& columns) {
  const schema::Table* old = step.before.find_table(table);
  if (old == nullptr || step.past.tended(table, columns)) return false;
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& name) {
    const schema::Column* column = old->find_column(name);
    return column != nullptr && step.past.made(table, name) && column->nullable &&
           !column->default_value && !column->generated && !column->autoincrement;
  });
}

Issues unique_issues(const Step& step, const std::string& table, const Names& columns) {
  if (step.past.is_empty(table) || step.past.tended(table, columns) ||
      was_unique(step, table, columns) || has_null_column(step, table, columns)) {
    return {};
  }
  return risk_issues(step, RiskKind::adds_unique, "look for duplicates before");
}

Issues makes_unique(const Step& step) {
  if (const auto* create = step.as<ops::CreateUniqueConstraint>()) {
    return unique_issues(step, create->table, create->unique.columns);
  }
  const auto* create = step.as<ops::CreateIndex>();
  if (create == nullptr || !create->index.unique) return {};
  Names columns;
  for (const schema::IndexPart& part : create->index.parts) {
    // A prefix can be the same where the whole is not, and of an expression nothing is known.
    const bool whole = part.length == 0 && !part.column.empty();
    columns.push_back(whole ? part.column : std::string());
  }
  return unique_issues(step, create->table, columns);
}

Issues adds_primary_key(const Step& step) {
  const auto* create = step.as<ops::CreatePrimaryKey>();
  const schema::Table* table = step.table();
  if (create == nullptr || table == nullptr || step.past.is_empty(create->table)) return {};
  const Names& columns = create->key.columns;
  if (step.past.tended(create->table, columns)) return {};
  bool may_be_null = false;
  for (const std::string& name : columns) {
    const schema::Column* column = table->find_column(name);
    // The database numbers the rows of a column that is new and counts.
    if (column != nullptr && column->autoincrement && step.past.made(create->table, name)) {
      return {};
    }
    may_be_null = may_be_null || (column != nullptr && column->nullable);
  }
  if (!may_be_null && was_unique(step, create->table, columns)) return {};
  return risk_issues(step, RiskKind::adds_unique, "look for duplicates and NULL before");
}

Issues adds_check(const Step& step) {
  const auto* create = step.as<ops::CreateCheckConstraint>();
  if (create == nullptr || step.past.is_empty(create->table)) return {};
  if (step.past.tended(create->table, {})) return {};
  for (const schema::Constraint& constraint : step.past.dropped(create->table)) {
    const auto* check = std::get_if<schema::Check>(&constraint);
    if (check != nullptr && check->sql == create->check.sql) return {};
  }
  return risk_issues(step, RiskKind::adds_check, "fix the rows first, with an execute before it");
}

Issues adds_foreign_key(const Step& step) {
  const auto* create = step.as<ops::CreateForeignKey>();
  if (create == nullptr || step.past.is_empty(create->table)) return {};
  const schema::ForeignKey& key = create->foreign_key;
  const auto same = [&](const schema::ForeignKey& old) {
    return old.columns == key.columns && old.referenced_table == key.referenced_table &&
           old.referenced_columns == key.referenced_columns;
  };
  for (const schema::Constraint& constraint : step.past.dropped(create->table)) {
    const auto* old = std::get_if<schema::ForeignKey>(&constraint);
    if (old != nullptr && same(*old)) return {};
  }
  if (step.past.tended(create->table, key.columns) ||
      has_null_column(step, create->table, key.columns)) {
    return {};
  }
  return risk_issues(step, RiskKind::adds_foreign_key,
                     "add the missing parents or clear the references before");
}

/// The collation of a column on `kind`, or its character set; empty: the database's own.
std::string collation_of(const schema::Table& table, const schema::Column& column,
                         DialectKind kind) {
  if (kind == DialectKind::sqlite) return text::lower(column.sqlite.collation);
  const schema::TextRules rules = schema::text_rules(table, column);
  return rules.collation.empty() ? rules.charset : rules.collation;
}

bool in_unique_key(const schema::Table& table, const std::string& column) {
  const auto uses = [&](const auto& key) { return includes(key.columns, {column}); };
  return (table.primary_key && uses(*table.primary_key)) ||
         std::any_of(table.uniques.begin(), table.uniques.end(), uses) ||
         std::any_of(table.indexes.begin(), table.indexes.end(), [&](const auto& index) {
           return index.unique &&
                  std::any_of(index.parts.begin(), index.parts.end(),
                              [&](const auto& part) { return part.column == column; });
         });
}

/// Whether values that differed may be equal once `now` follows on `old`.
bool makes_equal(const std::string& old, const std::string& now, DialectKind kind) {
  // Where every byte counts nothing becomes equal.
  const bool binary =
      now.ends_with("_bin") || now == "binary" || (kind == DialectKind::sqlite && now.empty());
  return old != now && !binary;
}

Issue other_collation(const std::string& table, const std::string& column, DialectKind kind) {
  return {fmt::format("column '{}.{}' is in a unique key and gets another collation on {}: "
                      "values that differed may be equal",
                      table, column, product_name(kind)),
          "look for values that differ in case or accents alone"};
}

/// The columns of a unique key that take the collation of their table, which changes.
Issues changes_collation_of_table(const Step& step, const ops::AlterTable& alter) {
  const schema::Table* table = step.table();
  if (table == nullptr || !alter.mariadb || step.past.is_empty(alter.table) ||
      !step.lives_on(table->only, DialectKind::mariadb)) {
    return {};
  }
  schema::Table after;
  after.mariadb = *alter.mariadb;
  Issues issues;
  for (const schema::Column& column : table->columns) {
    const bool asks = schema::has_text(column) && in_unique_key(*table, column.name);
    if (asks &&
        makes_equal(collation_of(*table, column, DialectKind::mariadb),
                    collation_of(after, column, DialectKind::mariadb), DialectKind::mariadb)) {
      issues.push_back(other_collation(alter.table, column.name, DialectKind::mariadb));
    }
  }
  return issues;
}

Issues changes_collation(const Step& step) {
  if (const auto* options = step.as<ops::AlterTable>()) {
    return changes_collation_of_table(step, *options);
  }
  const auto* alter = step.as<ops::AlterColumn>();
  const schema::Table* table = step.table();
  const schema::Column* from =
      alter == nullptr || table == nullptr ? nullptr : table->find_column(alter->name);
  if (from == nullptr || step.past.is_empty(alter->table)) return {};
  if (!in_unique_key(*table, alter->name)) return {};
  const schema::Column to = ops::changed(*from, *alter);
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.lives_on(table->only, kind)) continue;
    if (makes_equal(collation_of(*table, *from, kind), collation_of(*table, to, kind), kind)) {
      return {other_collation(alter->table, alter->name, kind)};
    }
  }
  return {};
}

Issues inserts_rows(const Step& step) {
  const auto* insert = step.as<ops::BulkInsert>();
  const schema::Table* table = step.table();
  if (insert == nullptr || table == nullptr || insert->rows.empty()) return {};
  if (step.past.made(insert->table) || step.past.tended(insert->table, {})) return {};
  const auto given = [&](const auto& key) { return includes(insert->columns, key.columns); };
  const bool may_clash = (table->primary_key && given(*table->primary_key)) ||
                         std::any_of(table->uniques.begin(), table->uniques.end(), given);
  if (!may_clash) return {};
  return {
      {fmt::format("{}: the table is older than this revision and may hold rows with these keys",
                   ops::describe(step.operation)),
       "leave out what may be there"}};
}

}  // namespace

std::span<const Rule> data_rules() {
  static constexpr std::array rules{
      Rule{"DD201", adds_not_null},     Rule{"DD202", makes_not_null},
      Rule{"DD203", makes_unique},      Rule{"DD204", adds_primary_key},
      Rule{"DD205", adds_check},        Rule{"DD206", adds_foreign_key},
      Rule{"DD207", changes_collation}, Rule{"DD208", inserts_rows}};
  return rules;
}

}  // namespace dbmig::lint
