#include "backend/mariadb/inspect_table.hpp"

#include <fmt/core.h>

#include <set>

#include "backend/mariadb/create_table.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::Token;
using dialect::mariadb::TokenKind;

/// CREATE_OPTIONS: `row_format=DYNAMIC stats_persistent=1 partitioned `page_compressed`='1'`.
void read_options(std::string_view text, schema::Table& table,
                  std::vector<Unrepresented>& unrepresented) {
  const std::vector<Token> tokens = dialect::mariadb::tokenize(text);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string name = text::upper(tokens[i].text);
    if (tokens[i + 1].text != "=") {
      const std::string option = name == "PARTITIONED" ? "its partitions" : "its option " + name;
      unrepresented.push_back({fmt::format("table '{}'", table.name), option});
      continue;
    }
    const std::string value = i + 2 < tokens.size() ? tokens[i + 2].text : "";
    if (name == "ROW_FORMAT") {
      table.mariadb.row_format = text::upper(value);
    } else {
      table.mariadb.options[name] = value;
    }
    i += 2;
  }
}

schema::IndexKind kind_of(const std::string& type) {
  if (type == "FULLTEXT") return schema::IndexKind::fulltext;
  if (type == "SPATIAL" || type == "RTREE") return schema::IndexKind::spatial;
  return schema::IndexKind::plain;
}

schema::Index& index_called(schema::Table& table, const Catalog& rows, std::size_t row) {
  const std::string name = rows.text(row, "INDEX_NAME");
  if (table.indexes.empty() || table.indexes.back().name != name) {
    schema::Index index;
    index.name = name;
    index.unique = rows.is(row, "NON_UNIQUE", "0");
    index.kind = kind_of(text::upper(rows.text(row, "INDEX_TYPE")));
    index.comment = rows.text(row, "INDEX_COMMENT");
    index.ignored = rows.is(row, "IGNORED", "YES");
    index.method = text::lower(rows.text(row, "INDEX_TYPE"));
    table.indexes.push_back(std::move(index));
  }
  return table.indexes.back();
}

/// The column that `json_valid(`column`)` is about: after a rename the constraint keeps the
/// column's old name for a while.
schema::Column* json_column(schema::Table& table, std::string_view clause) {
  const std::vector<Token> tokens = dialect::mariadb::tokenize(clause);
  const bool is_json = tokens.size() == 5 && tokens[1].text == "(" &&
                       text::equals_ignoring_case(tokens[0].text, "json_valid");
  schema::Column* column = is_json ? table.find_column(tokens[2].text) : nullptr;
  const bool fits = column != nullptr && column->type.kind == schema::TypeKind::longtext &&
                    column->mariadb.collation == "utf8mb4_bin";
  return fits ? column : nullptr;
}

/// The server qualifies every table with its database.
std::string without_database(const std::string& sql, const std::string& database) {
  const std::vector<Token> tokens = dialect::mariadb::tokenize(sql);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool qualifier = tokens[i].kind == TokenKind::name && tokens[i].text == database &&
                           tokens[i + 1].text == ".";
    if (!qualifier) continue;
    out += sql.substr(copied, tokens[i].begin - copied);
    copied = tokens[i + 1].finish;
  }
  return out + sql.substr(copied);
}

}  // namespace

schema::Table read_table(const Catalog& rows, std::size_t row,
                         std::vector<Unrepresented>& unrepresented) {
  schema::Table table;
  table.name = rows.text(row, "TABLE_NAME");
  table.comment = rows.text(row, "TABLE_COMMENT");
  table.mariadb.engine = rows.text(row, "ENGINE");
  table.mariadb.collation =
      dialect::mariadb::canonical_charset_name(rows.text(row, "TABLE_COLLATION"));
  table.mariadb.charset = dialect::mariadb::charset_of_collation(table.mariadb.collation);
  read_options(rows.text(row, "CREATE_OPTIONS"), table, unrepresented);
  return table;
}

void read_index_part(const Catalog& rows, std::size_t row, schema::Table& table) {
  if (rows.is(row, "INDEX_NAME", "PRIMARY")) {
    if (!table.primary_key) table.primary_key.emplace();
    table.primary_key->columns.push_back(rows.text(row, "COLUMN_NAME"));
    return;
  }
  schema::Index& index = index_called(table, rows, row);
  schema::IndexPart part;
  part.column = rows.text(row, "COLUMN_NAME");
  part.descending = rows.is(row, "COLLATION", "D");
  if (index.kind == schema::IndexKind::plain) part.length = rows.number(row, "SUB_PART");
  index.parts.push_back(std::move(part));
}

void read_check(schema::Table& table, const std::string& name, const std::string& clause,
                bool on_column) {
  schema::Column* column = on_column ? json_column(table, clause) : nullptr;
  if (column != nullptr) {
    column->type.kind = schema::TypeKind::json;
    column->mariadb.charset.clear();
    column->mariadb.collation.clear();
    return;
  }
  schema::Check check;
  check.name = name;
  check.sql.any = clause;
  table.checks.push_back(std::move(check));
}

void add_details(schema::Table& table, std::string_view create_table) {
  const CreateTable details = read_create_table(create_table);
  for (schema::Check& check : table.checks) {
    const auto found = details.checks.find(check.name);
    if (found != details.checks.end()) check.sql.any = found->second;
  }
  for (schema::Index& index : table.indexes) {
    const auto found = details.parsers.find(index.name);
    if (found != details.parsers.end()) index.parser = found->second;
  }
}

schema::View read_view(const Catalog& rows, std::size_t row) {
  schema::View view;
  view.name = rows.text(row, "TABLE_NAME");
  view.sql.any =
      without_database(rows.text(row, "VIEW_DEFINITION"), rows.text(row, "TABLE_SCHEMA"));
  return view;
}

schema::Trigger read_trigger(const Catalog& rows, std::size_t row) {
  schema::Trigger trigger;
  trigger.name = rows.text(row, "TRIGGER_NAME");
  trigger.table = rows.text(row, "EVENT_OBJECT_TABLE");
  trigger.sql.any = fmt::format("{} {} ON {} FOR EACH ROW {}", rows.text(row, "ACTION_TIMING"),
                                rows.text(row, "EVENT_MANIPULATION"),
                                dialect::mariadb::readable_name(trigger.table),
                                rows.text(row, "ACTION_STATEMENT"));
  return trigger;
}

}  // namespace dbmig::backend::mariadb
