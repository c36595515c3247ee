#include "runner/contents.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/overloaded.hpp"
#include "base/text.hpp"

namespace dbmig::cases {
namespace {

/// Follows names through operations.
class Tracker {
 public:
  explicit Tracker(const schema::Schema& before) {
    for (const auto& [name, table] : before.tables) {
      for (const schema::Column& column : table.columns) {
        kept_.push_back({name, column.name, name, column.name, false, false});
      }
    }
  }

  std::vector<Kept> follow(std::span<const ops::Operation> operations) {
    for (const ops::Operation& operation : operations) {
      std::visit(
          overloaded{
              [&](const ops::DropTable& drop) {
                std::erase_if(kept_, [&](const Kept& k) { return k.table_after == drop.name; });
              },
              [&](const ops::DropColumn& drop) {
                std::erase_if(kept_, [&](const Kept& k) {
                  return k.table_after == drop.table && k.column_after == drop.name;
                });
              },
              [&](const ops::RenameTable& rename) {
                for (Kept& k : kept_) {
                  if (k.table_after == rename.name) k.table_after = rename.to;
                }
              },
              [&](const ops::AlterColumn& alter) {
                for (Kept& k : kept_) {
                  const bool is_it = k.table_after == alter.table && k.column_after == alter.name;
                  if (is_it && alter.rename) k.column_after = *alter.rename;
                }
              },
              [](const auto&) {},
          },
          operation);
    }
    return std::move(kept_);
  }

 private:
  std::vector<Kept> kept_;
};

std::string rows_of(const backend::Rows& found, std::size_t row) {
  std::vector<std::string> values;
  for (const backend::Value& value : found.rows[row]) values.push_back(value.value_or("NULL"));
  return text::join(values, " | ");
}

std::vector<std::string> select(Subject& subject, const std::vector<std::string>& expressions,
                                const std::string& table) {
  const backend::Rows found = subject.connection().query(
      fmt::format("SELECT {} FROM {}", text::join(expressions, ", "), subject.quote(table)));
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < found.rows.size(); ++i) lines.push_back(rows_of(found, i));
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Rows that are told apart by nothing but SQLite's own number of them.
bool has_bare_rowid(const schema::Table& table) {
  return !table.sqlite.without_rowid && table.sqlite.module.empty() && !table.primary_key;
}

void insert(Subject& subject, const schema::Table& table, const RowSet& set) {
  std::vector<std::string> columns;
  for (const std::string& column : set.columns) columns.push_back(subject.quote(column));
  if (columns.empty()) {
    for (const schema::Column& column : table.columns) {
      const bool given = !column.generated && column.mariadb.period == schema::RowPeriod::none;
      if (given) columns.push_back(subject.quote(column.name));
    }
  }
  for (const std::vector<std::string>& row : set.rows) {
    subject.connection().execute(fmt::format("INSERT INTO {} ({}) VALUES ({})",
                                             subject.quote(table.name), text::join(columns, ", "),
                                             text::join(row, ", ")));
  }
}

}  // namespace

std::vector<Kept> kept(const schema::Schema& before, const schema::Schema& after,
                       std::span<const ops::Operation> operations, DialectKind kind) {
  std::vector<Kept> all = Tracker(before).follow(operations);
  std::erase_if(all, [&](Kept& k) {
    const schema::Table* from = before.find_table(k.table);
    const schema::Table* to = after.find_table(k.table_after);
    // A table of the other database.
    if (to == nullptr || (from->only && *from->only != kind)) return true;
    if ((to->only && *to->only != kind) || !from->sqlite.module.empty()) return true;
    const schema::Column& old = from->column(k.column);
    const schema::Column& now = to->column(k.column_after);
    const bool period = now.mariadb.period != schema::RowPeriod::none;
    if (old.generated.has_value() != now.generated.has_value() || period) return true;
    if (old.generated && old.generated->sql != now.generated->sql) return true;
    k.exact = old.type_on(kind) == now.type_on(kind);
    k.rowid = kind == DialectKind::sqlite && has_bare_rowid(*from) && has_bare_rowid(*to);
    return false;
  });
  return all;
}

std::set<std::string> kept_tables(const std::vector<Kept>& kept) {
  std::set<std::string> tables;
  for (const Kept& k : kept) tables.insert(k.table);
  return tables;
}

std::vector<std::string> kept_rows(Subject& subject, const std::vector<Kept>& kept,
                                   const schema::Schema& now, const std::string& table,
                                   bool moved) {
  std::vector<std::string> expressions;
  std::string name;
  bool keeps_rowids = false;
  for (const Kept& k : kept) {
    if (k.table != table) continue;
    name = moved ? k.table_after : k.table;
    const schema::Column& column = now.table(name).column(moved ? k.column_after : k.column);
    expressions.push_back(subject.readable(column, k.exact));
    keeps_rowids = k.rowid;
  }
  if (keeps_rowids) expressions.emplace_back("rowid");
  return select(subject, expressions, name);
}

std::vector<std::string> all_rows(Subject& subject, const schema::Table& table) {
  std::vector<std::string> expressions;
  for (const schema::Column& column : table.columns) {
    expressions.push_back(subject.readable(column, false));
  }
  return select(subject, expressions, table.name);
}

std::vector<std::string> lines_of(const Content& content) {
  std::vector<std::string> lines;
  for (const auto& row : content) {
    std::vector<std::string> values;
    for (const auto& value : row) values.push_back(value.value_or("NULL"));
    lines.push_back(text::join(values, " | "));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

void insert_rows(Subject& subject, const schema::Schema& schema, const Case& one) {
  const auto script = one.rows_sql.find(subject.kind());
  if (script != one.rows_sql.end()) subject.run(script->second);
  for (const auto& [table, set] : one.rows) {
    const schema::Table& into = schema.table(table);
    const bool lives_here = !into.only || *into.only == subject.kind();
    if (lives_here) insert(subject, into, set);
  }
}

}  // namespace dbmig::cases
