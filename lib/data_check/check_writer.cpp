#include "data_check/check_writer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "ops/apply.hpp"

namespace dbmig::data_check {
namespace {

using schema::Column;
using schema::Table;

constexpr int kExamples = 3;

std::string name_of(const std::string& table, const UniqueKey& key) {
  return table + '\n' + text::join(key.labels, "\n") + '\n' + key.where;
}

std::string name_of(const std::string& table, const schema::ForeignKey& key) {
  return table + '\n' + text::join(key.columns, "\n") + "\n>" + key.referenced_table;
}

std::string name_of(const std::string& table, const std::string& check) {
  return table + '\n' + check;
}

std::string name_of(const Table& table, const Column& computed) {
  return table.name + "\n=" + computed.name;
}

/// One column of a foreign key on both sides; the columns may be missing.
struct Link {
  std::string parent;  ///< SQL
  std::string child;   ///< SQL
  const Table* parent_table;
  const Table* child_table;
  std::string parent_column;
  std::string child_column;
};

std::string matches(const dialect::RowRules& rules, const Link& link) {
  const Column* from =
      link.child_table == nullptr ? nullptr : link.child_table->find_column(link.child_column);
  const Column* to =
      link.parent_table == nullptr ? nullptr : link.parent_table->find_column(link.parent_column);
  std::string child = link.child;
  if (from != nullptr && to != nullptr) {
    child =
        rules.compared_with_parent(child, {*link.child_table, *from}, {*link.parent_table, *to});
  }
  return fmt::format("{} = {}", link.parent, child);
}

}  // namespace

const schema::ForeignKey* find_same(const Table& table, const schema::ForeignKey& key) {
  const auto found = std::find_if(
      table.foreign_keys.begin(), table.foreign_keys.end(), [&](const schema::ForeignKey& other) {
        return other.columns == key.columns && other.referenced_table == key.referenced_table &&
               other.referenced_columns == key.referenced_columns;
      });
  return found == table.foreign_keys.end() ? nullptr : &*found;
}

CheckWriter::CheckWriter(const dialect::Dialect& dialect, const schema::Schema& before,
                         bool is_downgrade, schema::MariadbTable defaults)
    : dialect_(dialect),
      rules_(dialect::row_rules(dialect.kind())),
      before_(before),
      schema_(before),
      is_downgrade_(is_downgrade),
      live_(dialect, before, std::move(defaults)) {}

void CheckWriter::follow(const ops::Operation& operation) {
  live_.follow(operation, schema_);
  schema_ = ops::apply(std::move(schema_), operation);
  ++at_;
}

std::vector<std::string> CheckWriter::mentioned(const std::string& table,
                                                const std::string& sql) const {
  std::vector<std::string> columns;
  const Table* found = schema_.find_table(table);
  if (found == nullptr) return columns;
  for (const Column& column : found->columns) {
    if (rules_.mentions(sql, column.name)) columns.push_back(column.name);
  }
  return columns;
}

UniqueKey CheckWriter::key_of_parts(std::string what, const std::string& table,
                                    const std::vector<schema::IndexPart>& parts,
                                    const std::string& where) const {
  UniqueKey key{std::move(what), {}, {}, live_.expression(table, where), mentioned(table, where),
                !where.empty()};
  for (const schema::IndexPart& part : parts) {
    const bool is_column = !part.column.empty();
    key.labels.push_back(is_column ? part.column : part.expression);
    std::string sql =
        is_column ? column(part.column) : '(' + live_.expression(table, part.expression) + ')';
    if (is_column) {
      key.used.push_back(part.column);
    } else {
      key.has_expressions = true;
      const std::vector<std::string> more = mentioned(table, part.expression);
      key.used.insert(key.used.end(), more.begin(), more.end());
    }
    key.parts.push_back(rules_.indexed(std::move(sql), part));
  }
  return key;
}

template <class Constraint>
UniqueKey CheckWriter::key_of_columns(std::string what, const std::string& table,
                                      const Constraint& constraint) const {
  std::vector<schema::IndexPart> parts;
  for (std::size_t i = 0; i < constraint.columns.size(); ++i) {
    schema::IndexPart part;
    part.column = constraint.columns[i];
    if (i < constraint.parts.size()) {
      part.length = constraint.parts[i].length;
      part.collation = constraint.parts[i].collation;
    }
    parts.push_back(std::move(part));
  }
  return key_of_parts(std::move(what), table, parts, "");
}

UniqueKey CheckWriter::key_of(const std::string& table, const schema::Index& index) const {
  return key_of_parts(fmt::format("index '{}'", index.name), table, index.parts,
                      index.where.for_dialect(dialect_.kind()));
}

UniqueKey CheckWriter::key_of(const std::string& table, const schema::Unique& unique) const {
  return key_of_columns(fmt::format("constraint '{}'", unique.name), table, unique);
}

UniqueKey CheckWriter::key_of(const std::string& table, const schema::PrimaryKey& key) const {
  return key_of_columns("the primary key", table, key);
}

/// The columns that tell one row from another, and those that are spoken of.
std::vector<std::string> CheckWriter::labels(const std::string& table, const TableProvenance& live,
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

std::string CheckWriter::old_versions(const std::string& table,
                                      const std::string& live_name) const {
  const schema::Table* now = schema_.find_table(table);
  const schema::Table* live = before_.find_table(live_name);
  if (now == nullptr || live == nullptr) return {};
  return rules_.with_old_versions(*live, *now);
}

void CheckWriter::ask_rows(Concern concern, const std::string& table, const Rows& rows,
                           std::string violation, std::string hint) {
  const TableProvenance* source = live_.find(table);
  if (source == nullptr || !source->knows(rows.shown) || !source->knows(rows.used)) return;
  // Old versions are converted as well, and must have a value where the new ones must.
  const bool meets_all = concern == Concern::null || concern == Concern::invalid_cast;
  const std::string versions = meets_all ? old_versions(table, source->name) : std::string();
  if (!versions.empty()) violation += ", old versions of rows among them";
  const std::string from = fmt::format(
      " FROM {}{}", live_.relation(table, table, rows.use, rows.used, rows.more, versions),
      rows.condition.empty() ? "" : " WHERE " + rows.condition);
  std::vector<std::string> names;
  std::vector<std::string> select;
  for (const std::string& label : labels(table, *source, rows.shown)) {
    if (rows.use == Use::expressions && source->sources.at(label).in_expressions.empty()) continue;
    names.push_back(label);
    select.push_back(column(label));
  }
  if (select.empty()) select.emplace_back("NULL");
  checks_.push_back({at_, concern, source->name, std::move(violation), std::move(hint),
                     "SELECT COUNT(*)" + from,
                     fmt::format("SELECT {}{} LIMIT {}", text::join(select, ", "), from, kExamples),
                     names, rows.condition.empty()});
}

void CheckWriter::ask_duplicates(const std::string& table, const UniqueKey& key) {
  const TableProvenance* source = live_.find(table);
  if (source == nullptr || key.parts.empty() || !source->knows(key.used)) return;
  const Use use = key.has_expressions ? Use::expressions : Use::values;
  if (use == Use::expressions && !live_.is_expressible(table, key.used)) return;
  asked_[name_of(table, key)] = at_;
  std::vector<std::string> conditions;
  for (const std::string& part : key.parts) conditions.push_back(part + " IS NOT NULL");
  if (!key.where.empty()) conditions.push_back('(' + key.where + ')');
  const std::string groups =
      fmt::format(" FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1",
                  live_.relation(table, table, use, key.used), text::join(conditions, " AND "),
                  text::join(key.parts, ", "));
  checks_.push_back(
      {at_, Concern::duplicate, source->name,
       fmt::format("{} is to be unique over ({}), and they are the same there", key.what,
                   text::join(key.labels, ", ")),
       hint(table, key.labels, "change or delete all but one of each, or leave the key out"),
       fmt::format("SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n{}) AS d", groups),
       fmt::format("SELECT {}{} LIMIT {}", text::join(key.parts, ", "), groups, kExamples),
       key.labels, false});
}

void CheckWriter::ask_overlaps(const std::string& table, const UniqueKey& key) {
  const TableProvenance* source = live_.find(table);
  const Table* found = schema_.find_table(table);
  if (source == nullptr || found == nullptr || !rules_.period(*found)) return;
  const schema::ApplicationPeriod period = *rules_.period(*found);
  std::vector<std::string> used = key.used;
  used.insert(used.end(), {period.start, period.end});
  if (!source->knows(used)) return;
  std::vector<std::string> labels = key.labels;
  labels.insert(labels.end(), {period.start, period.end});
  std::vector<std::string> conditions;  // NULL equals nothing
  for (const std::string& part : key.parts) conditions.push_back(part + " IS NOT NULL");
  std::vector<std::string> shown = key.parts;
  shown.insert(shown.end(), {column(period.start), column(period.end)});
  std::vector<std::string> names;  // a part may be an expression
  for (std::string& one : shown) {
    names.push_back(fmt::format("dbmig_{}", names.size() + 1));
    one += " AS " + names.back();
  }
  const std::string rows = fmt::format(
      " FROM (SELECT {0}, MAX({2}) OVER (PARTITION BY {3} ORDER BY {1}, {2} ROWS BETWEEN UNBOUNDED "
      "PRECEDING AND 1 PRECEDING) AS dbmig_until, {1} AS dbmig_from FROM {4} WHERE {5}) AS "
      "dbmig_periods WHERE dbmig_until > dbmig_from",
      text::join(shown, ", "), column(period.start), column(period.end),
      text::join(key.parts, ", "), live_.relation(table, table, Use::values, used),
      text::join(conditions, " AND "));
  checks_.push_back(
      {at_, Concern::duplicate, source->name,
       fmt::format("{} is to be without overlaps over ({}), and their periods overlap others",
                   key.what, text::join(key.labels, ", ")),
       "change or delete all but one of those that overlap, or leave the key out",
       "SELECT COUNT(*)" + rows,
       fmt::format("SELECT {}{} LIMIT {}", text::join(names, ", "), rows, kExamples), labels,
       false});
}

void CheckWriter::ask_check(const std::string& table, const schema::Check& check) {
  const std::string& sql = check.sql.for_dialect(dialect_.kind());
  const std::vector<std::string> used = mentioned(table, sql);
  if (sql.empty() || !live_.is_expressible(table, used)) return;
  asked_[name_of(table, sql)] = at_;
  ask_rows(Concern::check, table,
           {"NOT (" + live_.expression(table, sql) + ")", {}, used, Use::expressions, {}},
           fmt::format("check '{}' requires {}, and they violate it", check.name, sql),
           hint(table, used, "change these rows first, or the check"));
}

/// What to do about rows in the way, which is something else where a column of the table came back
/// without its values.
std::string CheckWriter::hint(const std::string& table, const std::vector<std::string>& columns,
                              std::string otherwise) const {
  const TableProvenance* source = live_.find(table);
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

void CheckWriter::ask_foreign_key(const std::string& table, const schema::ForeignKey& key) {
  const TableProvenance* child = live_.find(table);
  if (child == nullptr || !child->knows(key.columns)) return;
  Rows rows{{}, key.columns, key.columns, Use::values, {}};
  std::vector<std::string> conditions;
  for (const std::string& name : key.columns) {
    conditions.push_back(fmt::format("{}.{} IS NOT NULL", quoted(table), column(name)));
  }
  if (!live_.is_created(key.referenced_table)) {
    const TableProvenance* parent = live_.find(key.referenced_table);
    if (parent == nullptr || !parent->knows(key.referenced_columns)) return;
    const std::string alias = "dbmig_parent";
    std::vector<std::string> links;
    for (std::size_t i = 0; i < key.columns.size() && i < key.referenced_columns.size(); ++i) {
      links.push_back(
          matches(rules_, {fmt::format("{}.{}", alias, column(key.referenced_columns[i])),
                           fmt::format("{}.{}", quoted(table), column(key.columns[i])),
                           schema_.find_table(key.referenced_table), schema_.find_table(table),
                           key.referenced_columns[i], key.columns[i]}));
    }
    conditions.push_back(fmt::format("NOT EXISTS (SELECT 1 FROM {} WHERE {})",
                                     live_.relation(key.referenced_table, alias, Use::values, {}),
                                     text::join(links, " AND ")));
  }
  const std::string had_parent = still_had_parent(table, key, rows.more);
  if (!had_parent.empty()) conditions.push_back(had_parent);
  rows.condition = text::join(conditions, " AND ");
  asked_[name_of(table, key)] = at_;
  ask_rows(
      Concern::orphan, table, rows,
      fmt::format("foreign key '{}' refers to '{}', which has no row for them", key.name,
                  key.referenced_table),
      hint(table, key.columns, "add the missing parents, or change or delete these rows first"));
}

void CheckWriter::ask_computed(const Table& table, const Column& column) {
  if (!rules_.checks_generated() || !column.generated) return;
  const std::string& sql = column.generated->sql.for_dialect(dialect_.kind());
  const std::vector<std::string> used = mentioned(table.name, sql);
  if (!live_.is_expressible(table.name, used)) return;
  asked_[name_of(table, column)] = at_;
  const std::string value = '(' + live_.expression(table.name, sql) + ')';
  if (!column.nullable) {
    ask_rows(Concern::null, table.name, {value + " IS NULL", used, used, Use::expressions, {}},
             fmt::format("column '{}.{}' is to be NOT NULL and computed as {}, which is NULL for "
                         "them",
                         table.name, column.name, sql),
             "change these rows first, write an expression that gives them a value, or leave the "
             "column nullable");
  }
  // The type matters where the value is stored.
  if (!rules_.refuses_other_types(table) || !column.generated->stored) return;
  const schema::Type& type = column.type_on(dialect_.kind());
  const std::string invalid_casts =
      rules_.of_another_type(rules_.stored('+' + value, {table, column}).value, type);
  if (invalid_casts.empty()) return;
  ask_rows(
      Concern::invalid_cast, table.name, {invalid_casts, used, used, Use::expressions, {}},
      fmt::format("column '{}.{}' is to be {} and computed as {}, which is not a valid value for "
                  "them",
                  table.name, column.name, schema::to_string(type), sql),
      "change these rows first, or the expression, or choose a type that holds what it gives");
}

/// Where rows that had lost their parent before may stay as they are: SQL that holds for those
/// that have one, over the columns `more` of the live table. Empty where that is no matter.
std::string CheckWriter::still_had_parent(const std::string& table, const schema::ForeignKey& key,
                                          std::vector<std::string>& more) const {
  const Table* old = before_.find_table(live_.find(table)->name);
  const schema::ForeignKey* same = old == nullptr ? nullptr : find_same(*old, key);
  if (!rules_.tolerates_earlier_orphans() || same == nullptr) return {};
  std::vector<std::string> links;
  for (std::size_t i = 0; i < same->columns.size() && i < same->referenced_columns.size(); ++i) {
    const std::string was = fmt::format("dbmig_was_{}", i);
    more.push_back(fmt::format("{} AS {}", quoted(same->columns[i]), was));
    links.push_back(matches(
        rules_,
        {fmt::format("dbmig_old_parent.{}", quoted(same->referenced_columns[i])),
         fmt::format("{}.{}", quoted(table), was), before_.find_table(same->referenced_table), old,
         same->referenced_columns[i], same->columns[i]}));
  }
  return fmt::format("EXISTS (SELECT 1 FROM {} AS dbmig_old_parent WHERE {})",
                     quoted(same->referenced_table), text::join(links, " AND "));
}

bool CheckWriter::begin_again(const std::string& name, std::optional<std::size_t> changed) {
  const auto found = asked_.find(name);
  if (!changed || (found != asked_.end() && found->second >= *changed)) return false;
  at_ = *changed;
  return true;
}

void CheckWriter::ask_again(const std::string& table, const UniqueKey& key,
                            std::optional<std::size_t> changed) {
  const std::size_t here = at_;
  if (begin_again(name_of(table, key), changed)) ask_duplicates(table, key);
  at_ = here;
}

void CheckWriter::ask_again(const std::string& table, const schema::Check& check,
                            std::optional<std::size_t> changed) {
  const std::size_t here = at_;
  const std::string& sql = check.sql.for_dialect(dialect_.kind());
  if (begin_again(name_of(table, sql), changed)) ask_check(table, check);
  at_ = here;
}

void CheckWriter::ask_again(const std::string& table, const schema::ForeignKey& key,
                            std::optional<std::size_t> changed) {
  const std::size_t here = at_;
  if (begin_again(name_of(table, key), changed)) ask_foreign_key(table, key);
  at_ = here;
}

void CheckWriter::ask_again(const Table& table, const Column& computed,
                            std::optional<std::size_t> changed) {
  const std::size_t here = at_;
  if (begin_again(name_of(table, computed), changed)) ask_computed(table, computed);
  at_ = here;
}

}  // namespace dbmig::data_check
