#include "dialect/sqlite/rebuild.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/render.hpp"
#include "dialect/sqlite/token.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/written.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Column;
using schema::Table;

// The column that is the rowid, if there is one.
const Column* rowid_alias(const Table& table) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return is_rowid(table, column); });
  return found == table.columns.end() ? nullptr : &*found;
}

// The table's own name before a column would mean nothing while the table has another.
Table unqualified(Table table) {
  for (schema::Check& check : table.checks) {
    check.sql.any = without_qualifier(check.sql.any, table.name);
  }
  for (Column& column : table.columns) {
    if (!column.generated) continue;
    column.generated->sql.any = without_qualifier(column.generated->sql.any, table.name);
  }
  return table;
}

class Rebuilder {
 public:
  explicit Rebuilder(const Rebuild& change)
      : from_(change.from),
        to_(change.to),
        fresh_(change.fresh),
        old_name_(quote_identifier(from_.name)),
        temporary_(std::string(kRebuildPrefix) + from_.name),
        new_name_(quote_identifier(temporary_)) {}

  std::vector<std::string> run(std::span<const schema::Trigger> triggers) {
    statements_.push_back(create_table(unqualified(to_), temporary_));
    copy_rows();
    copy_counter();
    statements_.push_back("DROP TABLE " + old_name_);
    // The old behaviour of RENAME changes nothing but the table's own name: whatever mentions the
    // table means the new one from here on, and views that cannot be read do not stop it.
    statements_.emplace_back("PRAGMA legacy_alter_table = ON");
    statements_.push_back("ALTER TABLE " + new_name_ + " RENAME TO " + old_name_);
    statements_.emplace_back("PRAGMA legacy_alter_table = OFF");
    for (const schema::Index& index : to_.indexes) {
      statements_.push_back(create_index(index, to_.name));
    }
    for (const schema::Trigger& trigger : triggers) statements_.push_back(create_trigger(trigger));
    return std::move(statements_);
  }

 private:
  void add_source(const std::string& column, std::string source) {
    into_.push_back(quote_identifier(column));
    sources_.push_back(std::move(source));
  }

  void copy_rows() {
    for (const Column& column : to_.columns) {
      if (column.generated) continue;
      if (fresh_.count(column.name) != 0) {
        fill(column);
        continue;
      }
      if (from_.find_column(column.name) == nullptr) continue;
      // With its table: a lone name in double quotes that is no column would be copied as a text.
      add_source(column.name, old_name_ + "." + quote_identifier(column.name));
    }
    copy_rowid();
    if (into_.empty()) add_any_source();
    // ABORT overrides the columns' own ON CONFLICT, which could leave rows out.
    statements_.push_back("INSERT OR ABORT INTO " + new_name_ + " (" + text::join(into_, ", ") +
                          ")\n  SELECT " + text::join(sources_, ", ") + " FROM " + old_name_);
  }

  // A table of new columns only, and no rowid that could hold its rows: one column takes its
  // default here. Without any only an empty table passes, and nothing is lost in silence.
  void add_any_source() {
    const auto filled = std::find_if(
        to_.columns.begin(), to_.columns.end(),
        [](const Column& column) { return !column.generated && column.default_value; });
    if (filled == to_.columns.end()) return add_source(to_.columns.front().name, "NULL");
    const std::string sql = default_value_sql(*filled->default_value);
    const auto name = text_of_bare_name(sql);
    add_source(filled->name, name ? quote_string(*name) : without_truths(sql));
  }

  // What a column was added with, where that is not the default which it has in the end.
  void fill(const Column& column) {
    const Column& added = fresh_.at(column.name);
    if (added.generated || column.autoincrement || &column == rowid_alias(to_) ||
        added.default_value == column.default_value) {
      return;
    }
    if (added.default_value) {
      add_source(column.name, without_truths(default_value_sql(*added.default_value)));
    } else if (added.nullable) {
      add_source(column.name, "NULL");
    }
  }

  void copy_rowid() {
    const auto source = rowid_name(from_);
    const Column* alias = rowid_alias(to_);
    if (!source || (alias != nullptr && from_.find_column(alias->name) != nullptr &&
                    fresh_.count(alias->name) == 0)) {
      return;
    }
    if (alias != nullptr) {
      add_source(alias->name, old_name_ + "." + *source);
    } else if (const auto target = rowid_name(to_)) {
      into_.push_back(*target);
      sources_.push_back(old_name_ + "." + *source);
    }
  }

  // The highest key that was ever given, which AUTOINCREMENT must not give again.
  void copy_counter() {
    const auto counts = [](const Table& table) {
      return std::any_of(table.columns.begin(), table.columns.end(),
                         [](const Column& column) { return column.autoincrement; });
    };
    if (!counts(from_) || !counts(to_)) return;
    const std::string old_key = quote_string(from_.name);
    const std::string new_key = quote_string(temporary_);
    statements_.push_back("DELETE FROM sqlite_sequence WHERE name = " + new_key);
    statements_.push_back("INSERT INTO sqlite_sequence (name, seq)\n  SELECT " + new_key +
                          ", seq FROM sqlite_sequence WHERE name = " + old_key);
  }

  const Table& from_;
  const Table& to_;
  const std::map<std::string, Column>& fresh_;
  std::string old_name_;   // quoted
  std::string temporary_;  // not quoted
  std::string new_name_;   // quoted
  std::vector<std::string> into_;
  std::vector<std::string> sources_;
  std::vector<std::string> statements_;
};

}  // namespace

std::vector<std::string> rebuild(const Rebuild& change, std::span<const schema::Trigger> triggers) {
  return Rebuilder(change).run(triggers);
}

}  // namespace dbmig::dialect::sqlite
