#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/apply.hpp"
#include "ops/rules.hpp"

namespace dbmig::ops::rules {
namespace {

using Row = std::vector<std::optional<std::string>>;

template <class Rows>
void require_sound(const Schema& schema, const Rows& operation, const std::string& what) {
  require_columns(existing_table(schema, operation.table), operation.columns, what);
  for (std::size_t i = 0; i < operation.rows.size(); ++i) {
    if (operation.rows[i].size() == operation.columns.size()) continue;
    throw Error(ErrorCode::invalid,
                fmt::format("row {} of {} for table '{}' has {}, but there are {}", i + 1, what,
                            operation.table, text::count(operation.rows[i].size(), "value"),
                            text::count(operation.columns.size(), "column")))
        .hint("give every row a value, or null, for every column");
  }
}

/// Where the columns of `key` stand in `columns`; nothing when one is missing.
std::optional<std::vector<std::size_t>> places(const std::vector<std::string>& key,
                                               const std::vector<std::string>& columns) {
  std::vector<std::size_t> at;
  for (const std::string& column : key) {
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) return std::nullopt;
    at.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  return at;
}

bool all_given(const std::vector<Row>& rows, const std::vector<std::size_t>& at) {
  return std::all_of(rows.begin(), rows.end(), [&](const Row& row) {
    return std::all_of(at.begin(), at.end(), [&](std::size_t i) { return row[i].has_value(); });
  });
}

/// Deletes exactly the rows that were inserted: needs a key among the inserted columns.
std::optional<BulkDelete> delete_by_key(const schema::Table& table, const BulkInsert& inserted) {
  std::vector<std::vector<std::string>> keys;
  if (table.primary_key) keys.push_back(table.primary_key->columns);
  for (const schema::Unique& unique : table.uniques) keys.push_back(unique.columns);
  for (const std::vector<std::string>& key : keys) {
    const auto at = places(key, inserted.columns);
    // NULL is not unique, and in a primary key it stands for a number that is not known yet.
    if (!at || !all_given(inserted.rows, *at)) continue;
    BulkDelete back{inserted.table, key, {}};
    for (const Row& row : inserted.rows) {
      Row values;
      for (const std::size_t i : *at) values.push_back(row[i]);
      back.rows.push_back(std::move(values));
    }
    return back;
  }
  return std::nullopt;
}

bool holds_whole_rows(const schema::Table& table, const BulkDelete& operation) {
  return std::all_of(table.columns.begin(), table.columns.end(), [&](const auto& column) {
    return column.generated || std::find(operation.columns.begin(), operation.columns.end(),
                                         column.name) != operation.columns.end();
  });
}

Risk irreversible(const std::string& subject, const std::string& what) {
  return {RiskKind::irreversible, subject,
          fmt::format("{}: no downgrade can be derived, write one by hand", what)};
}

}  // namespace

void step(Schema& schema, const BulkInsert& operation) {
  require_sound(schema, operation, "bulk_insert");
}

std::vector<Operation> undo(const Schema& before, const BulkInsert& operation) {
  if (operation.rows.empty()) return {};
  const schema::Table& table = existing_table(before, operation.table);
  if (std::optional<BulkDelete> back = delete_by_key(table, operation)) return {std::move(*back)};
  throw Error(ErrorCode::invalid,
              fmt::format("the rows inserted into table '{}' cannot be told from others: they come "
                          "without the values of its primary key or of a unique constraint",
                          operation.table))
      .hint("insert the key as well, or write a `downgrade:` by hand");
}

std::vector<Risk> find_risks(const Schema& before, const BulkInsert& operation) {
  if (operation.rows.empty() || delete_by_key(existing_table(before, operation.table), operation)) {
    return {};
  }
  return {irreversible(table_text(operation.table),
                       fmt::format("rows inserted into '{}' without a key", operation.table))};
}

std::string summary(const BulkInsert& operation) {
  return fmt::format("insert {} into '{}'", text::count(operation.rows.size(), "row"),
                     operation.table);
}

void step(Schema& schema, const BulkDelete& operation) {
  require_sound(schema, operation, "bulk_delete");
}

std::vector<Operation> undo(const Schema& before, const BulkDelete& operation) {
  if (holds_whole_rows(existing_table(before, operation.table), operation)) {
    return {BulkInsert{operation.table, operation.columns, operation.rows}};
  }
  throw Error(
      ErrorCode::invalid,
      fmt::format("the rows deleted from table '{}' are named by some of their columns only: "
                  "the other values are not known",
                  operation.table))
      .hint("name all columns, or write a `downgrade:` by hand");
}

std::vector<Risk> find_risks(const Schema& before, const BulkDelete& operation) {
  if (holds_whole_rows(existing_table(before, operation.table), operation)) return {};
  return {irreversible(table_text(operation.table),
                       fmt::format("rows deleted from '{}'", operation.table))};
}

std::string summary(const BulkDelete& operation) {
  return fmt::format("delete {} from '{}'", text::count(operation.rows.size(), "row"),
                     operation.table);
}

void step(Schema& schema, const Execute& operation) {
  schema = ops::apply(std::move(schema), operation.state);
}

std::vector<Operation> undo(const Schema& before, const Execute& operation) {
  if (operation.sql.empty() || operation.undo) {
    Execute back;
    back.state = inverse(operation.state, before);
    if (operation.undo && !operation.undo->empty()) {
      back.sql = *operation.undo;
      back.undo = operation.sql;
    }
    // "Nothing to do" is no operation.
    if (operation.undo && back.sql.empty() && back.state.empty()) return {};
    return {std::move(back)};
  }
  throw Error(ErrorCode::invalid, "plain SQL has no inverse")
      .hint(
          "say how to reverse it with `execute: {sql: …, undo: …}` (`undo: none`: nothing to do), "
          "or "
          "write a `downgrade:` for this revision by hand");
}

std::vector<Risk> find_risks(const Schema&, const Execute& operation) {
  if (operation.sql.empty() || operation.undo) return {};
  return {irreversible("plain SQL", "plain SQL")};
}

std::string summary(const Execute& operation) {
  constexpr std::size_t kShown = 60;
  std::string sql = operation.sql.any;
  if (sql.empty())
    sql = operation.sql.mariadb.empty() ? operation.sql.sqlite : operation.sql.mariadb;
  std::string line(text::trim(sql.substr(0, sql.find('\n'))));
  const bool cut = line.size() > kShown || text::trim(sql) != line;
  if (line.size() > kShown) {
    std::size_t end = kShown;
    // Not in the middle of a character.
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    line.resize(end);
  }
  return fmt::format("execute \"{}{}\"", line, cut ? "…" : "");
}

}  // namespace dbmig::ops::rules
