#include "run/questions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "dialect/conversion.hpp"
#include "dialect/sqlite/conversion.hpp"
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
      if (changes_rows(operations[at_])) ask_kept();
      std::visit([this](const auto& operation) { ask(operation); }, operations[at_]);
      live_.follow(operations[at_], schema_);
      schema_ = ops::evolve(std::move(schema_), operations[at_]);
    }
    if (!live_.is_blind()) ask_kept();
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

  /// Rows of `table` for which `condition` holds, which speaks of `used`.
  void ask_rows(const std::string& table, const std::string& condition,
                const std::vector<std::string>& columns, std::string obstacle, std::string hint,
                Use use, const std::vector<std::string>& used,
                const std::vector<std::string>& more = {}) {
    const LiveTable* source = live_.find(table);
    if (source == nullptr || !source->knows(columns)) return;
    const std::string from =
        fmt::format(" FROM {}{}", live_.relation(table, table, use, used, more),
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

  /// A unique key in whatever form it has.
  struct Key {
    std::string what;
    std::vector<std::string> labels;
    std::vector<std::string> parts;  ///< SQL
    std::string where;               ///< SQL
    std::vector<std::string> used;   ///< columns
    bool has_expressions = false;
  };

  Key key_of(std::string what, const std::vector<schema::IndexPart>& parts,
             const std::string& where, const Table* table) const {
    Key key{std::move(what), {}, {}, where, {}, !where.empty()};
    const bool on_mariadb = dialect_.kind() == DialectKind::mariadb;
    for (const schema::IndexPart& part : parts) {
      const bool is_column = !part.column.empty();
      key.labels.push_back(is_column ? part.column : part.expression);
      std::string sql = is_column ? quoted(part.column) : '(' + part.expression + ')';
      if (is_column) key.used.push_back(part.column);
      if (!is_column) key.has_expressions = true;
      if (part.length > 0 && on_mariadb) sql = fmt::format("LEFT({}, {})", sql, part.length);
      if (!part.collation.empty() && !on_mariadb) sql += " COLLATE " + quoted(part.collation);
      key.parts.push_back(std::move(sql));
    }
    for (const schema::IndexPart& part : parts) add_mentioned(key.used, table, part.expression);
    add_mentioned(key.used, table, where);
    return key;
  }

  template <class Constraint>
  Key key_of(std::string what, const Constraint& constraint) const {
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
    return key_of(std::move(what), parts, "", nullptr);
  }

  static void add_mentioned(std::vector<std::string>& used, const Table* table,
                            const std::string& sql) {
    if (table == nullptr || sql.empty()) return;
    for (const Column& column : table->columns) {
      if (mentions(sql, column.name)) used.push_back(column.name);
    }
  }

  static std::string name_in_log(const std::string& table, const Key& key) {
    return table + '\n' + text::join(key.parts, "\n") + '\n' + key.where;
  }

  /// Rows that are equal in all parts of `key`, where none of them is NULL.
  void ask_duplicates(const std::string& table, const Key& key) {
    const LiveTable* source = live_.find(table);
    if (source == nullptr || key.parts.empty() || !source->knows(key.used)) return;
    asked_[name_in_log(table, key)] = at_;
    std::vector<std::string> conditions;
    for (const std::string& part : key.parts) conditions.push_back(part + " IS NOT NULL");
    if (!key.where.empty()) conditions.push_back('(' + key.where + ')');
    const Use use = key.has_expressions ? Use::expressions : Use::values;
    const std::string groups =
        fmt::format(" FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1",
                    live_.relation(table, table, use, key.used), text::join(conditions, " AND "),
                    text::join(key.parts, ", "));
    questions_.push_back(
        {at_, source->name,
         fmt::format("{} is to be unique over ({}), and they are the same there", key.what,
                     text::join(key.labels, ", ")),
         hint(table, key.labels, "change or delete all but one of each, or leave the key out"),
         fmt::format("SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n{}) AS d", groups),
         fmt::format("SELECT {}{} LIMIT {}", text::join(key.parts, ", "), groups, kExamples),
         key.labels, false});
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

  /// Whether values in `columns` become others, or compare otherwise, on the way.
  bool are_changed(const std::string& table, const std::vector<std::string>& columns) const {
    const LiveTable* source = live_.find(table);
    return source != nullptr && source->changed_at(columns);
  }

  template <class Constraint>
  void ask_unique(const std::string& table, const Constraint& constraint, const std::string& what) {
    const auto same = [&](const Table& old) {
      const auto equal = [&](const auto& key) {
        return key.columns == constraint.columns && key.parts == constraint.parts;
      };
      return std::any_of(old.uniques.begin(), old.uniques.end(), equal) ||
             (old.primary_key && equal(*old.primary_key));
    };
    const LiveTable* source = live_.find(table);
    const bool is_as_before = source != nullptr && !is_fresh(*source, constraint.columns) &&
                              !are_changed(table, constraint.columns) && had(table, same);
    if (!is_as_before) ask_duplicates(table, key_of(what, constraint));
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
             "after that",
             Use::values, {});
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
               "fill them first, for example with an execute before this operation", Use::values,
               {alter.name});
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
             "change these values first, or choose a type that holds them", Use::values, {column});
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
    ask_unique(create.table, create.unique, fmt::format("constraint '{}'", create.unique.name));
  }

  void ask(const ops::CreatePrimaryKey& create) {
    const Table* table = schema_.find_table(create.table);
    for (const std::string& name : create.key.columns) {
      const Column* column = table == nullptr ? nullptr : table->find_column(name);
      if (column == nullptr || !column->nullable) continue;
      ask_rows(create.table, quoted(name) + " IS NULL", {name},
               fmt::format("column '{}.{}' is to be in the primary key, and they hold NULL there",
                           create.table, name),
               "fill them first, for example with an execute before this operation", Use::values,
               {name});
    }
    ask_unique(create.table, create.key, "the primary key");
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

  Key key_of(const std::string& table, const schema::Index& index) const {
    return key_of(fmt::format("index '{}'", index.name), index.parts,
                  index.where.for_dialect(dialect_.kind()), schema_.find_table(table));
  }

  void ask(const ops::CreateIndex& create) {
    const schema::Index& index = create.index;
    const auto same = [&](const Table& old) {
      return std::any_of(old.indexes.begin(), old.indexes.end(), [&](const schema::Index& other) {
        return other.unique && other.parts == index.parts && other.where == index.where;
      });
    };
    if (!index.unique) return;
    const Key key = key_of(create.table, index);
    const LiveTable* source = live_.find(create.table);
    if (source == nullptr) return;
    if (is_fresh(*source, key.used) || are_changed(create.table, key.used) ||
        !had(create.table, same)) {
      ask_duplicates(create.table, key);
    }
  }

  void ask(const ops::CreateCheckConstraint& create) {
    const std::string& sql = create.check.sql.for_dialect(dialect_.kind());
    const auto same = [&](const Table& old) {
      return std::any_of(old.checks.begin(), old.checks.end(), [&](const schema::Check& check) {
        return check.sql.for_dialect(dialect_.kind()) == sql;
      });
    };
    std::vector<std::string> used;
    add_mentioned(used, schema_.find_table(create.table), sql);
    if (are_changed(create.table, used) || !had(create.table, same)) {
      ask_check(create.table, create.check, used);
    }
  }

  void ask_check(const std::string& table, const schema::Check& check,
                 const std::vector<std::string>& used) {
    const std::string& sql = check.sql.for_dialect(dialect_.kind());
    const LiveTable* source = live_.find(table);
    // On SQLite a name in double quotes that is no column would be a text.
    if (sql.empty() || source == nullptr || !source->knows(used)) return;
    asked_[table + '\n' + sql] = at_;
    ask_rows(table, "NOT (" + sql + ")", {},
             fmt::format("check '{}' wants {}, which they do not fulfil", check.name, sql),
             hint(table, mentioned(table, sql), "change these rows first, or the check"),
             Use::expressions, used);
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

  static const schema::ForeignKey* find_same(const Table& table, const schema::ForeignKey& key) {
    const auto found = std::find_if(
        table.foreign_keys.begin(), table.foreign_keys.end(), [&](const schema::ForeignKey& other) {
          return other.columns == key.columns && other.referenced_table == key.referenced_table &&
                 other.referenced_columns == key.referenced_columns;
        });
    return found == table.foreign_keys.end() ? nullptr : &*found;
  }

  void ask(const ops::CreateForeignKey& create) {
    const schema::ForeignKey& key = create.foreign_key;
    const LiveTable* child = live_.find(create.table);
    if (child == nullptr) return;
    const bool is_as_before =
        !is_fresh(*child, key.columns) && !are_changed(create.table, key.columns) &&
        !are_changed(key.referenced_table, key.referenced_columns) &&
        had(create.table, [&](const Table& old) { return find_same(old, key) != nullptr; });
    if (!is_as_before) ask_foreign_key(create.table, key);
  }

  /// SQL that holds where the row `parent` of `parents` is the parent of `child`.
  std::string is_parent(const std::string& parent, const std::vector<std::string>& parents,
                        const std::string& child, const std::vector<std::string>& children,
                        const schema::ForeignKey& key, const std::string& table,
                        const schema::Schema& schema) const {
    const Table* child_table = schema.find_table(table);
    const Table* parent_table = schema.find_table(key.referenced_table);
    std::vector<std::string> matches;
    for (std::size_t i = 0; i < parents.size(); ++i) {
      std::string value = quoted(child) + '.' + quoted(children[i]);
      const Column* from =
          child_table == nullptr ? nullptr : child_table->find_column(key.columns[i]);
      const Column* to =
          parent_table == nullptr ? nullptr : parent_table->find_column(key.referenced_columns[i]);
      // SQLite compares as if the child's value stood in the parent's column.
      if (dialect_.kind() == DialectKind::sqlite && from != nullptr && to != nullptr) {
        value =
            dialect::sqlite::conversion(value, {*child_table, *from}, {*parent_table, *to}).value;
      }
      matches.push_back(fmt::format("{}.{} = {}", quoted(parent), quoted(parents[i]), value));
    }
    return text::join(matches, " AND ");
  }

  void ask_foreign_key(const std::string& table, const schema::ForeignKey& key) {
    const LiveTable* child = live_.find(table);
    if (child == nullptr || !child->knows(key.columns)) return;
    std::vector<std::string> conditions;
    std::vector<std::string> more;
    for (const std::string& column : key.columns) {
      conditions.push_back(fmt::format("{}.{} IS NOT NULL", quoted(table), quoted(column)));
    }
    if (!live_.is_created(key.referenced_table)) {
      const LiveTable* parent = live_.find(key.referenced_table);
      if (parent == nullptr || !parent->knows(key.referenced_columns)) return;
      const std::string alias = "dbmig_parent";
      conditions.push_back(fmt::format(
          "NOT EXISTS (SELECT 1 FROM {} WHERE {})",
          live_.relation(key.referenced_table, alias, Use::values, {}),
          is_parent(alias, key.referenced_columns, table, key.columns, key, table, schema_)));
    }
    const std::string had_parent = still_had_parent(table, key, more);
    if (!had_parent.empty()) conditions.push_back(had_parent);
    asked_[name_in_log(table, key)] = at_;
    ask_rows(
        table, text::join(conditions, " AND "), key.columns,
        fmt::format("foreign key '{}' refers to '{}', which has no row for them", key.name,
                    key.referenced_table),
        hint(table, key.columns, "add the missing parents, or change or delete these rows first"),
        Use::values, key.columns, more);
  }

  /// On SQLite rows that have lost their parent before stay as they are: SQL that holds for those
  /// that have one, over the columns `more` of the live table. Empty where that is no matter.
  std::string still_had_parent(const std::string& table, const schema::ForeignKey& key,
                               std::vector<std::string>& more) const {
    const LiveTable* child = live_.find(table);
    const Table* old = before_.find_table(child->name);
    const schema::ForeignKey* same = old == nullptr ? nullptr : find_same(*old, key);
    if (dialect_.kind() != DialectKind::sqlite || same == nullptr) return {};
    std::vector<std::string> names;
    for (const std::string& column : same->columns) {
      names.push_back(fmt::format("dbmig_was_{}", names.size()));
      more.push_back(quoted(column) + " AS " + quoted(names.back()));
    }
    const std::string alias = "dbmig_old_parent";
    return fmt::format(
        "EXISTS (SELECT 1 FROM {} AS {} WHERE {})", quoted(same->referenced_table), quoted(alias),
        is_parent(alias, same->referenced_columns, table, names, *same, child->name, before_));
  }

  static std::string name_in_log(const std::string& table, const schema::ForeignKey& key) {
    return table + '\n' + text::join(key.columns, "\n") + "\n>" + key.referenced_table;
  }

  static bool changes_rows(const ops::Operation& operation) {
    return std::holds_alternative<ops::Execute>(operation) ||
           std::holds_alternative<ops::BulkInsert>(operation) ||
           std::holds_alternative<ops::BulkDelete>(operation);
  }

  /// Whether values changed at `changed` after the last time `name` was asked about.
  bool is_open(const std::string& name, std::optional<std::size_t> changed) const {
    const auto found = asked_.find(name);
    return changed && (found == asked_.end() || found->second < *changed);
  }

  /// Keys, checks and foreign keys that stay, over columns whose values are changed: what they say
  /// of the rows in the end. Between the operations they may not hold, which is one statement's
  /// own matter.
  void ask_kept() {
    const std::size_t here = at_;
    for (const auto& [name, table] : schema_.tables) {
      const LiveTable* live = live_.find(name);
      if (live == nullptr) continue;
      ask_kept_keys(table, *live);
      ask_kept_checks(table, *live);
      // MariaDB changes no column of a foreign key that stays.
      if (dialect_.kind() == DialectKind::sqlite) ask_kept_references(table, *live);
    }
    at_ = here;
  }

  void ask_kept_key(const Table& table, const LiveTable& live, const Key& key) {
    const auto changed = live.changed_at(key.used);
    if (!is_open(name_in_log(table.name, key), changed)) return;
    at_ = *changed;
    ask_duplicates(table.name, key);
  }

  void ask_kept_keys(const Table& table, const LiveTable& live) {
    if (table.primary_key) {
      ask_kept_key(table, live, key_of("the primary key", *table.primary_key));
    }
    for (const schema::Unique& unique : table.uniques) {
      ask_kept_key(table, live, key_of(fmt::format("constraint '{}'", unique.name), unique));
    }
    for (const schema::Index& index : table.indexes) {
      if (index.unique) ask_kept_key(table, live, key_of(table.name, index));
    }
  }

  void ask_kept_checks(const Table& table, const LiveTable& live) {
    for (const schema::Check& check : table.checks) {
      const std::string& sql = check.sql.for_dialect(dialect_.kind());
      std::vector<std::string> used;
      add_mentioned(used, &table, sql);
      // MariaDB looks at the rows where it writes them anew.
      const bool is_rewritten =
          dialect_.kind() == DialectKind::sqlite ||
          std::any_of(used.begin(), used.end(), [&](const std::string& column) {
            const auto found = live.sources.find(column);
            return found != live.sources.end() && found->second.retyped;
          });
      const auto changed = live.changed_at(used);
      if (!is_rewritten || !is_open(table.name + '\n' + sql, changed)) continue;
      at_ = *changed;
      ask_check(table.name, check, used);
    }
  }

  void ask_kept_references(const Table& table, const LiveTable& live) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      const LiveTable* parent = live_.find(key.referenced_table);
      auto changed = live.changed_at(key.columns);
      if (parent != nullptr)
        changed = std::max(changed, parent->changed_at(key.referenced_columns));
      if (!is_open(name_in_log(table.name, key), changed)) continue;
      at_ = *changed;
      ask_foreign_key(table.name, key);
    }
  }

  const dialect::Dialect& dialect_;
  const schema::Schema& before_;
  schema::Schema schema_;
  bool is_downgrade_;
  LiveTables live_;
  std::size_t at_ = 0;
  std::vector<Question> questions_;
  std::map<std::string, std::size_t> asked_;  ///< what has been asked about, and when last
};

}  // namespace

namespace {

/// Most revisions of a long history only create: they cost no copy of the schema.
bool depends_on_rows(const ops::Operation& operation) {
  using namespace ops;
  if (const auto* add = std::get_if<AddColumn>(&operation)) return !add->column.nullable;
  if (const auto* index = std::get_if<CreateIndex>(&operation)) return index->index.unique;
  if (const auto* alter = std::get_if<AlterTable>(&operation))
    return alter->sqlite || alter->mariadb;
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
