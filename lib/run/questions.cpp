#include "run/questions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "ops/evolve.hpp"

namespace dbmig::run {
namespace {

using schema::Column;
using schema::Table;

constexpr int kExamples = 3;

/// A live table as the operations so far would have left it.
struct Live {
  std::string name;  ///< in the database, now
  /// Column → the SQL that gives its value from the live table; columns that nobody can tell the
  /// value of yet are not in it.
  std::map<std::string, std::string> sources;
  bool changed = false;  ///< names or columns differ from the live ones
};

class Asker {
 public:
  Asker(const dialect::Dialect& dialect, const schema::Schema& before, bool is_downgrade)
      : dialect_(dialect), before_(before), schema_(before), is_downgrade_(is_downgrade) {
    for (const auto& [name, table] : before.tables) {
      if (table.only && *table.only != dialect.kind()) continue;
      Live live{name, {}, false};
      for (const Column& column : table.columns) live.sources[column.name] = quoted(column.name);
      live_.emplace(name, std::move(live));
    }
  }

  std::vector<Question> run(std::span<const ops::Operation> operations) {
    for (at_ = 0; at_ < operations.size() && !blind_; ++at_) {
      std::visit([this](const auto& operation) { ask(operation); }, operations[at_]);
      schema_ = ops::evolve(std::move(schema_), operations[at_]);
      std::visit([this](const auto& operation) { follow(operation); }, operations[at_]);
    }
    return std::move(questions_);
  }

 private:
  std::string quoted(const std::string& name) const { return dialect_.quote_identifier(name); }

  const Live* live(const std::string& table) const {
    const auto found = live_.find(table);
    return found == live_.end() ? nullptr : &found->second;
  }

  /// `FROM` item that has the table's columns under the names they have by now.
  std::string relation(const std::string& table, const Live& live, const std::string& alias) const {
    if (!live.changed) return quoted(table) + " AS " + quoted(alias);
    std::vector<std::string> columns;
    for (const auto& [name, source] : live.sources)
      columns.push_back(source + " AS " + quoted(name));
    return fmt::format("(SELECT {} FROM {}) AS {}", text::join(columns, ", "), quoted(live.name),
                       quoted(alias));
  }

  bool knows(const Live& live, const std::vector<std::string>& columns) const {
    return std::all_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return live.sources.count(column) != 0; });
  }

  /// The columns that tell one row from another, and those that are spoken of.
  std::vector<std::string> shown(const std::string& table, const Live& live,
                                 const std::vector<std::string>& columns) const {
    std::vector<std::string> all;
    const Table* found = schema_.find_table(table);
    if (found != nullptr && found->primary_key && knows(live, found->primary_key->columns)) {
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
    const Live* source = live(table);
    if (source == nullptr || !knows(*source, columns)) return;
    const std::string from = fmt::format(" FROM {}{}", relation(table, *source, table),
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
    const Live* source = live(table);
    if (source == nullptr || keys.empty()) return;
    std::vector<std::string> conditions;
    for (const std::string& key : keys) conditions.push_back(key + " IS NOT NULL");
    if (!where.empty()) conditions.push_back('(' + where + ')');
    const std::string groups = fmt::format(" FROM {} WHERE {} GROUP BY {} HAVING COUNT(*) > 1",
                                           relation(table, *source, table),
                                           text::join(conditions, " AND "), text::join(keys, ", "));
    questions_.push_back(
        {at_, source->name, std::move(obstacle),
         "change or delete all but one of each, or leave the key out",
         fmt::format("SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n{}) AS d", groups),
         fmt::format("SELECT {}{} LIMIT {}", text::join(keys, ", "), groups, kExamples), labels,
         false});
  }

  /// Whether the table had this constraint before the operations, so that every row obeys it.
  template <class Same>
  bool had(const std::string& table, Same same) const {
    const Live* source = live(table);
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
    const Live* source = live(table);
    if (source == nullptr || !knows(*source, columns) || had(table, same)) return;
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
    if (from->nullable && !to.nullable) {
      ask_rows(alter.table, quoted(alter.name) + " IS NULL", {alter.name},
               fmt::format("column '{}' is to be NOT NULL, and they hold NULL there", name),
               "fill them first, for example with an execute before this operation");
    }
    const schema::Type& old_type = from->type_on(dialect_.kind());
    const schema::Type& new_type = to.type_on(dialect_.kind());
    if (old_type == new_type) return;
    const std::string condition = dialect_.misfits(quoted(alter.name), old_type, new_type);
    if (condition.empty()) return;
    ask_rows(alter.table, condition, {alter.name},
             fmt::format("column '{}' is to be {}, which cannot hold what they have there", name,
                         schema::to_string(new_type)),
             "change these values first, or choose a type that holds them");
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
    ask_rows(create.table, "NOT (" + sql + ")", {},
             fmt::format("check '{}' wants {}, which they do not fulfil", create.check.name, sql),
             "change these rows first, or the check");
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
    const Live* child = live(create.table);
    if (child == nullptr || !knows(*child, key.columns) || had(create.table, same)) return;
    std::vector<std::string> conditions;
    for (const std::string& column : key.columns) {
      conditions.push_back(fmt::format("{}.{} IS NOT NULL", quoted(create.table), quoted(column)));
    }
    if (created_.count(key.referenced_table) == 0) {
      const Live* parent = live(key.referenced_table);
      if (parent == nullptr || !knows(*parent, key.referenced_columns)) return;
      const std::string alias = "dbmig_parent";
      std::vector<std::string> matches;
      for (std::size_t i = 0; i < key.columns.size(); ++i) {
        matches.push_back(fmt::format("{}.{} = {}.{}", alias, quoted(key.referenced_columns[i]),
                                      quoted(create.table), quoted(key.columns[i])));
      }
      conditions.push_back(fmt::format("NOT EXISTS (SELECT 1 FROM {} WHERE {})",
                                       relation(key.referenced_table, *parent, alias),
                                       text::join(matches, " AND ")));
    }
    ask_rows(create.table, text::join(conditions, " AND "), key.columns,
             fmt::format("foreign key '{}' refers to '{}', which has no row for them", key.name,
                         key.referenced_table),
             "add the missing parents, or change or delete these rows first");
  }

  template <class Operation>
  void follow(const Operation&) {}

  void follow(const ops::CreateTable& create) {
    live_.erase(create.table.name);
    created_.insert(create.table.name);
  }

  void follow(const ops::DropTable& drop) {
    live_.erase(drop.name);
    created_.erase(drop.name);
  }

  void follow(const ops::RenameTable& rename) {
    if (created_.erase(rename.name) != 0) created_.insert(rename.to);
    auto node = live_.extract(rename.name);
    if (node.empty()) return;
    node.key() = rename.to;
    node.mapped().changed = true;
    live_.insert(std::move(node));
  }

  void follow(const ops::AddColumn& add) {
    const auto found = live_.find(add.table);
    if (found == live_.end()) return;
    found->second.changed = true;
    const Column& column = add.column;
    if (column.generated || column.autoincrement) return;
    if (column.default_value) {
      const auto literal = literal_of(*column.default_value);
      if (literal) found->second.sources[column.name] = *literal;
    } else if (column.nullable) {
      found->second.sources[column.name] = "NULL";
    }
  }

  std::optional<std::string> literal_of(const schema::Default& value) const {
    switch (value.kind) {
      case schema::Default::Kind::string:
        return dialect_.quote_string(value.literal);
      case schema::Default::Kind::number:
        return value.literal;
      case schema::Default::Kind::boolean:
        return value.literal == "true" ? "1" : "0";
      case schema::Default::Kind::sql:
        break;
    }
    return std::nullopt;
  }

  void follow(const ops::DropColumn& drop) {
    const auto found = live_.find(drop.table);
    if (found == live_.end()) return;
    found->second.changed = true;
    found->second.sources.erase(drop.name);
  }

  void follow(const ops::AlterColumn& alter) {
    const auto found = live_.find(alter.table);
    if (found == live_.end()) return;
    Live& table = found->second;
    if (alter.generated) {
      table.sources.erase(alter.name);
      table.changed = true;
    }
    if (!alter.rename || *alter.rename == alter.name) return;
    table.changed = true;
    auto node = table.sources.extract(alter.name);
    if (node.empty()) return;
    node.key() = *alter.rename;
    table.sources.insert(std::move(node));
  }

  void follow(const ops::BulkInsert& rows) { lose_sight(rows.table); }
  void follow(const ops::BulkDelete& rows) { lose_sight(rows.table); }

  void lose_sight(const std::string& table) {
    live_.erase(table);
    created_.erase(table);
  }

  void follow(const ops::Execute& execute) {
    if (!execute.sql.for_dialect(dialect_.kind()).empty()) blind_ = true;
  }

  const dialect::Dialect& dialect_;
  const schema::Schema& before_;
  schema::Schema schema_;
  bool is_downgrade_;
  std::map<std::string, Live> live_;
  std::set<std::string> created_;
  std::size_t at_ = 0;
  bool blind_ = false;
  std::vector<Question> questions_;
};

}  // namespace

namespace {

/// Most revisions of a long history only create: they cost no copy of the schema.
bool depends_on_rows(const ops::Operation& operation) {
  using namespace ops;
  if (const auto* add = std::get_if<AddColumn>(&operation)) return !add->column.nullable;
  if (const auto* index = std::get_if<CreateIndex>(&operation)) return index->index.unique;
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
